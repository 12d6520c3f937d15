"""A plain request at the end of a longer clause: "I am at work stop texting me"."""

import re

from consent.rules.phrases import OPT_OUT_RULES, OTHER_THINGS, PLEASE, match
from consent.rules.words import set_of

# Where a request may begin inside a longer clause: "I am at work stop texting me".
_BEGINS = re.compile(
    r"(?<= )(?:please |pls |plz |kindly )?(?:(?:i |we )?(?:hereby )?(?:revoke|withdraw)|"
    r"(?:i |we )?(?:no longer|dont|do not) (?:want|need|wish|care)|stop|quit|remove|take|"
    r"unsubscribe|unsub|opt|"
    r"dont|do not|no more|leave|lose|delete|cancel|cease|never|end|wrong) "
    r"|(?<= )(?:please |pls |plz )?(?:unsubscribe|please stop|pls stop|plz stop|please remove|opt out|(?:piss|"
    r"fuck|f|eff|bugger) off)$"
)
# A word right before it that makes it something else: "I didn't stop", "they stop", "the stop".
_TURNS_ROUND = set_of(
    """
    dont not never didnt doesnt isnt wont cant cannot couldnt wouldnt will would can could should
    must may might shall i we you u they he she it who that which the a an this my your his her
    their next last first one bus truck pit did do does let lets make makes made help helps helped
    if when why until unless before after because since or reply replies replying text txt
    texting send sending type typing says saying word as at in on for of with by from than then
    """
)
_WANTING = re.compile(
    r"\b(?:want|like|need|wish|choose|request|requests|asking|asked you|told you|love|prefer|decided|trying) to\Z"
)
_REFUSED = re.compile(
    r"\b(?:dont|do not|didnt|did not|never|not|no longer|wont|they|he|she|if|when|him|her|them)\b"
)
_ASKS = re.compile(
    r"(?:why|when|what|where|did|does|do i|do you|if|how come|should|will|are|is|was|were|who)\b"
)
_TRIES = 4


def ends_with_request(clause: str) -> bool:
    """Whether a longer clause ends in a plain request: "I am at work stop texting me", "I'd like you to stop"."""
    if _ASKS.match(clause) or OTHER_THINGS.search(clause):
        return False
    for tries, found in enumerate(_BEGINS.finditer(clause)):
        if tries == _TRIES:
            return False
        before, after = clause[: found.start() - 1], clause[found.start() :]
        if _asked_for(before, polite=after.startswith(PLEASE)) and (
            after in _ENDINGS or match(after, OPT_OUT_RULES) is not None
        ):
            return True
    return False


_ENDINGS = frozenset(
    {
        "please stop",
        "pls stop",
        "plz stop",
        "please remove",
        "unsubscribe",
        "please unsubscribe",
        "opt out",
        "piss off",
        "fuck off",
        "f off",
    }
)
_REPORTED = re.compile(
    r"\b(?:when|until|unless|if|(?:they|he|she) (?:said|says|told|asked|wants)) (?:\w+ ){0,4}\Z"
)


def _asked_for(before: str, *, polite: bool) -> bool:
    """Whether the words before a request leave it one."""
    last = before.rpartition(" ")[2]
    if last == "to":
        return _WANTING.search(before) is not None and _REFUSED.search(before) is None
    if polite:
        return _REPORTED.search(f"{before} ") is None
    return last not in _TURNS_ROUND and not before.endswith(("told to", "they said", "he said", "she said"))
