"""Money as people read it. Amounts are millionths of the currency's unit, so that a part's price stays whole."""

from __future__ import annotations

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$"}
_WHOLE = {"JPY"}


def price(micros: int, currency: str) -> str:
    """1_560_670_000 USD → '$1,560.67'; a currency without a sign here keeps its code."""
    places = 0 if currency in _WHOLE else 2
    amount = f"{micros / 1_000_000:,.{places}f}"
    sign = _SIGNS.get(currency)
    return f"{sign}{amount}" if sign else f"{amount} {currency}"
