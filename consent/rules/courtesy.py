"""Polite words around a request: greetings, please, thanks. Without them, what is asked for stands alone."""

import re
from functools import lru_cache

_POLITE_BEFORE = re.compile(
    r"(?:(?:please|pls|plz|plse|kindly|just|hi|hey|hello|ok|okay|yes|yeah|yea|no|nope|sorry|thanks|thank you|well|"
    r"look|"
    r"so|also|then|and|but|omg please|guys|sir|madam|maam|seriously|honestly|literally|wtf|ffs|jesus|jesus "
    r"christ|bro|dude|man|yo|sorry but|listen|"
    r"fine|ugh|help(?= (?:stop|me stop|unsubscribe|me unsubscribe))|for (?:\w+ ){1,2}sake|for the love of god|"
    r"dear \w+|(?:can|could|would|"
    r"will) (?:you|u|yall)(?: all|"
    r" guys)?|"
    r"(?:i|we|im|i am|we are) (?:want|need|asked|told|would like|asking|begging|telling|requesting|am asking|"
    r"beg|said) "
    r"(?:you|u)(?: guys)?(?: all)? to|you (?:guys )?need to|request to|requesting to|(?:ive|i have|i) "
    r"(?:already )?asked (?:you|u) to|"
    r"(?:im|i am|we are|were) (?:not|no longer) interested|not interested|no longer interested|por favor|bitte|"
    r"merci de|"
    r"prosze|per favore|va rog|пожалуиста|tolong|i would like (?:you )?to|fwd|good (?:morning|evening|"
    r"day)) )+"
)
_POLITE_AFTER = re.compile(
    r"(?: (?:please|pls|plz|and thank you|and thanks|thanks|thank you|thanx|thx|tks|ty|cheers|now|right now|"
    r"asap|immediately|already|"
    r"alright|"
    r"right away|kthx|bye|goodbye|guys|sir|maam|dude|man|bro|por favor|gracias|svp|sil vous plait|merci|bitte|"
    r"danke|tak|"
    r"tack|takk|kiitos|grazie|per favore|obrigado|obrigada|dank u|aub|alstublieft|you guys|forever|пожалуиста|"
    r"dziekuje|lutfen|谢谢|dammit|damn it|"
    r"amigo))+"
)


@lru_cache(maxsize=128)
def bare(clause: str) -> str:
    """The clause without polite words around it; a clause of nothing else stays."""
    before = _POLITE_BEFORE.match(clause)
    core = clause[before.end() :] if before else clause
    return without_thanks(core) or clause


@lru_cache(maxsize=128)  # several layers ask about the same clause
def without_thanks(clause: str) -> str:
    """The clause without polite words at its end."""
    for run in _POLITE_AFTER.finditer(clause):
        if run.end() == len(clause):
            return clause[: run.start()] or clause
    return clause
