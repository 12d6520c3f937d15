"""Which frame of `frames` a text holds: the frame is found anywhere, then what turns its sense is looked for. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from consent.rules.courtesy import bare
from consent.rules.frames import OUT_FRAMES, Frame
from consent.rules.other_frames import HELP_FRAMES, IN_FRAMES
from consent.rules.spelling import CENSORED, spelled, undisguised
from consent.rules.texts import clauses

_MAX_TEXT = 600
# Without one of these words no frame can hold.
_GATE = re.compile(
    r"\b(?:stop|unsub|opt|quit|end|ceas|halt|discon|cut|kill|drop|susp|termin|cancel|disab|deactiv|block|mute|desist|"
    r"refrain|lay|give|giving|knock|pack|get|shut|turn|switch|put|ditch|scrap|bin|no|not|never|dont|doesnt|isnt|"
    r"didnt|"
    r"remov|tak|delet|scratch|cross|erase|yank|pull|strike|scrub|wipe|purge|kick|lose|forget|off|out|leave|revok|"
    r"withdr|"
    r"resci|consent|permission|only|done|tired|sick|over|enough|still|why|again|count|request|demand|erasure|pretend|"
    r"unfollow|keep|keeps|nip|had|fed|avoid|want|let|add|too|hate|silence|toggle|clear|chuck|hop|jog|sod|bog|"
    r"blocked|sue|suing|program|list|exit|confirm|object|lose|bother|spam|go|ensure|see|be|"
    r"burn|throw|toss|wrong|number|report|on|buzz|make|chill|ease|easy|calm|slow|tone|cool|relax|fuck|screw|"
    r"shove|stuff|stick|pause|right|more|another|"
    r"next|thought|sure|must|should|cannot|cant|need)"
)
# What stands right before a request and makes it a report, a condition or its opposite.
_TURNED = re.compile(
    r"(?<!may i )(?<!can i )(?<!could i )(?<!can we )(?:^|\b)(?:(?:dont|not|never|cant|cannot|wont|didnt|doesnt|"
    r"isnt|wouldnt|couldnt|shouldnt|without|hardly|nolonger|"
    r"accidentally|mistakenly|undo|un|almost|wasnt|nearly)(?: (?!only\b)\w+){0,2}"
    r"|(?:(?:did|do|does|have|has|had|will|if|when|why|where|how) (?:i|they|he|she|it|we))"
    r"|(?:did|when|have|if|once|after|before|until|unless|since|while) you"
    r"|(?:\b(?:he|she|they|who|which|that|when|if|unless|until|before|after|reply|replying|says?|text|type|typed|"
    r"press|hit|"
    r"the|a|an|by|bus|pit|non|full|last|next|first|one|truck|rest|accident|mistake|to stop to|stop to|dead|loose|"
    r"week|my|your|this|every|each|our|their|"
    r"year|month|day|stop|i|we|would|should|will|might|may|could|must|until|was i|did|does|was|been|got|season|"
    r"(?:i|we) (?:will|may|might|could|should|must|had|have|just|got))))(?: only)? $"
)
# "I want you to …", "is there a way to …": the only way in which "to" stands before a request.
_TO = re.compile(
    r"\b(?:want|wants|wanted|need|needs|like|wish|wishes|asked|asking|ask|asks|tell|told|telling|requests?|"
    r"requesting|"
    r"try|trying|tried|elect|prefer|love|ways?|how|what|where|word|words|code|keyword|link|click|here|have|"
    r"decided|going|"
    r"choose|times|as|process|procedure|steps|instructions|method|means|opt|him|her|me|us|you|this|these|them|"
    r"right|begging|time|demand|demanding|order|instruct|"
    r"instructing|advised|"
    r"notice|texting|writing|good|great|nice|option|number|place|do|reply|say|text|type|send|possible|permission|"
    r"unable|able|refuse|continue|supposed|hoping|hope|ready|glad|grateful|free|want|only) to $"
)
_TO_TURNED = re.compile(
    r"\b(?:dont|not|never|didnt|doesnt|nolonger|wouldnt|forgot|used|afraid|meant|accident\w*)\b(?: \w+){0,4} to "
    r"$|\btold (?:me|us|him|her|them) to $"
)
_WHY_NOT = re.compile(
    r"\b(?:why (?:dont|wont|cant|havent)|(?:wont|cant|could|can|will|would)) you (?:not )?$"
)
_HOW = re.compile(
    r"\b(?:(?:how|where|what) (?:do|can|could|would|should|to) (?:i|we|you|he|she)|"
    r"how (?:\w+ ){1,3}(?:do|can) (?:i|we)) (?:go about )?$"
)
_NO_SUBJECT = re.compile(r"(?:\b(?:they|he|she|who|which)|^you|\bif i|\bbut you|\byou|\bit|\bdid i|\bwhy) $")
_OTHER_LIST = re.compile(
    r"\b(?:wait(?:ing)? ?list|guest list|shopping list|wish ?list|to do list|hold|roster|schedule|cart|waitlist|"
    r"reservation|"
    r"appointment list|invite list|seating|party)\b"
)
# Said of something else, of the word itself, or wished to go on.
_ELSEWHERE = re.compile(
    r"\b(?:orders?|appointments?|appts?|reservations?|bookings?|waitlist|wait(?:ing)? list|cart|guests?|guest list|"
    r"hold music|deliver(?:y|ies)|membership|renewal|invoice|receipt|schedule|roster|gym|newspaper|paper|magazine|"
    r"facebook|instagram|prescriptions?|refill|box|shopping list|wish list|menu|class|flight|gmail|e mail|card|check|"
    r"payment|payments|website|printer|app|tv)\b"
)
_OURS = re.compile(
    r"\b(?:texts?|texting|messages?|messaging|alerts?|notifications?|promos?|promotions?|marketing|ads|"
    r"contacting|number|"
    r"offers|deals|reminders|opt|list|updates|phone|alone|spam)\b"
)
_GOES_ON = re.compile(
    r"\b(?:(?:dont|never|cant|not|wont|please dont) (?:ever )?(?:want (?:you |this |these |them |it |to "
    r")*)?(?:stop|unsubscribe|"
    r"opt out|quit|remove|delete|take me|cancel)(?! (?:texting|messaging|contacting|spamming) me (?:ill|i will|"
    r"im|i am))|"
    r"un unsubscribe|ununsubscribe|un stop|undo|"
    r"(?:didnt|not) (?:mean|want|intend|try|trying|meaning)(?: (?:for|you|it))* to (?:be )?(?:stop|unsub|opt|"
    r"quit|cancel|end|"
    r"leave|remove|delete|text)\w*|by (?:accident|mistake)|accidental\w*|mistakenly|keep (?:them|the texts|these|"
    r"it) (?:coming|"
    r"going|up)|(?:what|if|when|does|(?<!how )do|will|happens|mean|means|says?|said)(?: \w+){0,3} (?:i|it|reply|text|"
    r"replying|texting|say|"
    r"hit|we|press|type|send) stop\b|miss (?:any|your|the|out)|(?:want|need|get|have|put|turn|switch|sign|add|"
    r"let|bring|start|"
    r"opt)(?: \w+){0,4} back(?: (?:on|in|up|again|please))?$|(?:why|when) did (?:you|the|it|they|these|i)|"
    r"did (?:you|i|the) (?:stop|end|quit|cancel|unsubscribe|remove)|resubscribe|start (?:the |them |it |my |me |"
    r"sending |texting )*again)\b"
)
_LIES = re.compile(
    r"\b(?:if|unless) you (?:dont|keep|wont|continue)\b|\bwhy (?:wont|dont|cant) you stop\b|you (?:wont|dont|"
    r"cant) stop"
)
_LATER = re.compile(
    r"\b(?:before|after|until|till) (?:\d|noon|midnight|work|morning|tomorrow|next|the|mon|tue|wed|thu|fri|sat|"
    r"sun|i\b|we\b|he|"
    r"she|my|lunch|dinner|dark|hours)|\b(?:at night|at work|in the (?:morning|evening)|\d+ ?(?:am|pm)|on (?:sun|"
    r"mon|tue|"
    r"wed|thu|fri|sat|week)\w*|while (?:i|we|im)|so early|so late|this (?:early|late)|late at|right now|tonight|"
    r"today|for "
    r"(?:today|now)|during|overnight|weekends|yet)\b"
)
_FOR_GOOD = re.compile(
    r"\b(?:anymore|again|ever|no more|remove|delete|unsubscribe|list|opt|nolonger|these|consent|effective)\b"
)
_LAUGHS = re.compile(
    r"\b(?:omg|lol|lmao|haha\w*|rofl|lmfao|jk)\b|[\U0001f602\U0001f923\U0001f480]", re.IGNORECASE
)
_SLOGAN = re.compile(
    r"\bfree (?:report|quote|trial)|\bclick\b(?! (?:to|here)? ?(?:unsub|stop|opt))|\bsave \$?\d|our (?:policy|"
    r"form)|hike|pipeline|bill\b"
)
_ANOTHER_WAY = re.compile(
    r"\b(?:but |only |just )*(?:text|texts|message) (?:me |us )?(?:instead|only|is|are|here|please)|^(?:only "
    r")?text me|text me$|texts? (?:is|are) (?:fine|ok)"
)
_VOICE = re.compile(r"\b(?:call|calling|calls|email|emailing|emails|ring|ringing|phoning)\b")


@lru_cache(maxsize=64)
def pieces(text: str) -> tuple[str, ...]:
    """The clauses of a text in one spelling, and the whole of a short one."""
    lowered = CENSORED.sub(" ", undisguised(text.lower()))
    found = [said for piece in clauses(lowered) if (said := spelled(piece))]
    if len(found) > 1 and sum(map(len, found)) < 160:
        found.append(" ".join(found))
    return tuple(found)


def out(text: str) -> Frame | None:
    """The opt-out that a text holds; the whole text is looked at for what turns it."""
    text = text[:_MAX_TEXT]
    said = pieces(text)
    if not said or _SLOGAN.search(text.lower()):
        return None
    whole = " ".join(said)
    if not _GATE.search(whole) or (_GOES_ON.search(whole) and not _LIES.search(whole)):
        return None
    doubt = None
    for piece in said:
        frame = _held(piece)
        if frame is None:
            continue
        if (not frame.clear and _LAUGHS.search(text)) or (piece.startswith("no ") and "?" in text):
            continue
        if frame.clear:
            return None if _VOICE.search(piece) and _ANOTHER_WAY.search(whole) else frame
        doubt = doubt or frame
    return doubt


def _held(piece: str) -> Frame | None:
    plain = piece.replace("only ", "") if piece.startswith(("only ", "please only ")) else piece
    if _OTHER_LIST.search(piece) or (_ELSEWHERE.search(piece) and not _OURS.search(piece)):
        return None
    for frame in OUT_FRAMES:
        text = piece if frame.name == "only_service" else plain
        for found in frame.pattern.finditer(text):
            before = text[: found.start()]
            if frame.asks and before and not _asked(before):
                continue
            if (
                frame.name == "do_not_contact"
                and found[0].startswith(("dont", "never"))
                and _NO_SUBJECT.search(before)
            ):
                continue
            if (
                frame.name in ("do_not_contact", "stop_doing", "stop_receiving")
                and _LATER.search(text)
                and not _FOR_GOOD.search(text)
            ):
                continue
            return frame
    return None


def _asked(before: str) -> bool:
    """Whether the words before a request leave it one."""
    if before.endswith(" to ") or before == "to ":
        return _TO.search(before) is not None and _TO_TURNED.search(before) is None
    return (
        _WHY_NOT.search(before) is not None
        or _HOW.search(before) is not None
        or _TURNED.search(before) is None
    )


_STOP_ALONE = re.compile(
    r"(?:(?:can|could|will|would) you |(?:i|we) (?:want|need|asked|told|beg) you to |you need to |i said |i say |"
    r"just |only |"
    r"so |and |help |(?:i |im )?(?:beg|begging|ask|asking)(?: of)? you )*(?:stop|unsubscribe|opt out|stop all|"
    r"make it stop)(?: (?:it|this|that|me|them|these|us|now|"
    r"all|here|no more|no|anymore|enough|i beg(?: you)?|begging(?: you)?|and))*"
    r"|(?:cancel|end|quit)(?: and)?"
)
_SIGNED = re.compile(
    r" (?:regards|sincerely|best|god bless(?: you)?|bless you|signed|bye|goodbye|take care|yours|have a \w+ day|"
    r"much appreciated|appreciate it|appreciated)\b.*$"
)
_NAMED = re.compile(
    r"^(?:(?:it is|this is|my name is|im) \w+ (?:\w+ )?here |(?:it is|this is) (?!a |the |my |not |an )\w+ )"
)


# "Where does it stop", "dont ever stop": what ends in the word without asking for it.
_NO_PLEA = re.compile(
    r"^(?:when|where|why|what|which|who|how|does|do|did|is|are|will|should|if)\b|\b(?:it|to|bus|train|tram|never|non|"
    r"not|dont|wont|cant|music|rain|kids|stop sign) stop$|\b(?:said|says|say|text|reply|word|hit|press|type|send|"
    r"sent) stop$"
)


def alone(text: str) -> bool:
    """Whether nothing but "stop" is left without names, swearing and small words, or ends the text: "bruh stop"."""
    if len(text) > 160 or _LAUGHS.search(text):
        return False
    words = " ".join(pieces(text)[:6]) if "\n" in text else (pieces(text) or ("",))[-1]
    words = _SIGNED.sub("", _NAMED.sub("", words))
    if _STOP_ALONE.fullmatch(bare(words)) is not None:
        return True
    before = words.removesuffix(" stop")
    return before != words and _NO_PLEA.search(words) is None and _asked(f"{before} ")


def returns(text: str) -> Frame | None:
    """The wish to come back that a text holds."""
    return None if _OTHER_LIST.search(text.lower()) else _first(text, IN_FRAMES)


def asks_help(text: str) -> Frame | None:
    """The call for help that a text holds."""
    return _first(text, HELP_FRAMES)


def _first(text: str, frames: tuple[Frame, ...]) -> Frame | None:
    if len(text) > 300:
        return None
    return next((f for piece in pieces(text) for f in frames if f.pattern.search(piece)), None)
