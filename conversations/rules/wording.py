"""The texts that answer keywords. They name the brand and the way back and carry no marketing (A3, R7, CTIA)."""

from __future__ import annotations


def confirmation(brand: str, *, reach: str, sender_count: int = 2, wrong_number: bool = False) -> str:
    """The one confirmation of an opt-out; it says what was stopped. `reach`: number, purpose or all."""
    if wrong_number:
        return f"{brand}: sorry. You will get no more texts from us at this number."
    if reach == "all" or sender_count <= 1:
        return f"{brand}: you are opted out of all messages from {brand}. Reply START to come back."
    if reach == "purpose":
        return f"{brand}: you are opted out and will get no more offers from us. Reply START to come back."
    return (
        f"{brand}: you are opted out and will get no more texts from this number. Reply START to come back."
    )


def group_left(brand: str, group: str) -> str:
    """Confirmation of leaving one group: names it, and says that STOP ends everything."""
    return f"{brand}: you will get no more {group} texts. Reply STOP to end all texts from this number."


def welcome_back(brand: str) -> str:
    """Answer to START: the way out and help (A4)."""
    return (
        f"{brand}: you are back and will get our texts again. Reply STOP to opt out, HELP for help. "
        "Msg & data rates may apply."
    )


def help_answer(brand: str, contact: str) -> str:
    """Answer to HELP, whatever the consent state (A1)."""
    reach_us = f" Reach us: {contact}." if contact else ""
    return f"{brand}: texts you signed up for.{reach_us} Reply STOP to opt out. Msg & data rates may apply."
