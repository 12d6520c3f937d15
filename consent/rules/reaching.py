"""How far the words of an opt-out reach: the number texted, all marketing, or everything; in many languages."""

from __future__ import annotations

import re
from typing import Literal

Reach = Literal["sender", "purpose", "all", "group"]

_ALL = re.compile(
    r"\b(?:all|everything|any|anything|every|todos los|todas las|absolutamente nada|tous les|toutes les|absolument "
    r"rien|todas as|todos os|sämtliche|samtliche|alle sms|alle nachrichten|tutti i|tutte le|все сообщения|всі "
    r"повідомлення|wszystkie|wszystkich|vsechny|alla sms|alla meddelanden|alle beskeder|alle meldinger|kaikki|"
    r"tum mesajlar\w*|semua|lahat)\b|全部|所有|すべて|全て|모든|모두"
)
_PURPOSE = re.compile(
    r"\b(?:promos?|promotions?|promotionals?|marketing|ads|adverts?|advertising|deals|offers|sales|coupons|"
    r"newsletters?|promocion\w*|ofertas?|publicidad|propaganda\w*|anuncios?|publicite\w*|pubs?|offres|promoc\w*|"
    r"werb\w*|angebote?n?|pubblicita|offerte|promozion\w*|reclames?|aanbieding\w*|reklam\w*|erbjudanden?|tilbud|"
    r"mainos\w*|tarjouks\w*|ofert\w*|nabid\w*|реклам\w*|акци[ия]\w*|kampanya\w*|διαφημι\w*|προσφορ\w*|iklan\w*|"
    r"hirdetes\w*|ajanlat\w*|اعلانات|إعلانات|عروض|פרסומות|מבצעים)\b|广告|廣告|促销|促銷|広告|宣伝|광고|홍보"
)


def reach_in(words: str) -> Reach:
    """What a clause, as `texts.key` writes it, names: promotions (purpose), everything (all), or nothing more."""
    if _PURPOSE.search(words):
        return "purpose"
    return "all" if _ALL.search(words) else "sender"
