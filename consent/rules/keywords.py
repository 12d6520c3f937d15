"""What an inbound text asks for: opt-out, opt-in, help or nothing. Pure, linear in the text, never raises.

Precedence (CONSENT.md and its sources): opt-out, help, opt-in, then the tenant's bots. A word counts when it is the
whole text, whatever its case, signs, spacing and emoji; sentences count clause by clause (`phrases`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from consent.rules import framing, grammar, phrases, returning
from consent.rules.courtesy import bare
from consent.rules.endings import ends_with_request
from consent.rules.reaching import Reach, reach_in
from consent.rules.stretching import is_stretched
from consent.rules.texts import clauses, key, latin, normalise_text, own_words, without_courtesy
from consent.rules.typos import is_typo, mended
from consent.rules.words import (
    DEFAULT,
    NOT_AN_OBJECT,
    PROVIDER_HELP,
    PROVIDER_OPT_IN,
    PROVIDER_OPT_OUT,
    STRONG_OPT_IN,
    UNCLEAR_OPT_INS,
    UNCLEAR_OPT_OUTS,
    KeywordWords,
    joined,
)

__all__ = ["DEFAULT", "Heard", "KeywordWords", "by_rules", "normalise_text", "provider_took"]

Label = Literal["optout", "optin", "help", "none"]
Confidence = Literal["clear", "unclear"]


@dataclass(frozen=True, slots=True)
class Heard:
    """The decision on one text.

    `reach`: sender = as the tenant's setting for STOP says; purpose = every marketing number; all = every number;
    group = only the group or bot named `group_word` (no opt-out of a number). An unclear opt-out goes to review,
    an unclear opt-in changes no permission. `rule` names what decided.
    """

    label: Label
    confidence: Confidence
    rule: str
    reach: Reach = "sender"
    group_word: str | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """One text in the forms that the rules look at."""

    raw: str
    words: str
    run: str  # the words without spaces
    live_words: frozenset[str]
    known: KeywordWords


NOTHING = Heard("none", "clear", "nothing")
TURNED = Heard("none", "clear", "turned_round")

_STOP_WORDS = frozenset({"stop", "unsubscribe", "optout", "unsub", "stopall"})
_REMOVE_IT = frozenset(
    {"delete it", "remove it", "erase it", "take it off", "please remove it", "please delete it"}
)
_FOOTER_WORDS = _STOP_WORDS | {"end", "quit", "cancel", "revoke", "remove", "opt", "out"}
_RUN_TOGETHER = re.compile(r"(?:stop|unsubscribe){2,40}")
# Our own footer typed back as the whole text.
_FOOTER = re.compile(
    r"(?:(?:reply|text|txt|send) )?stop (?:2|to|for) (?:quit|end|stop|unsubscribe|cancel|opt ?out)"
)
# What people quote when they write "Stop!" and mean no harm.
_SAYINGS = re.compile(
    r"hammer time|hammertime|in the name of love|collaborate and listen|think|the press(?:es)?|right there|look "
    r"and listen"
)
# Why somebody says stop: about these texts, themselves, or us.
_REASONS = re.compile(
    r"(?:i|im|ive|we|i am) (?:dont|do not|never|didnt|did not|already|not|no longer|said|told|asked|have|moved|"
    r"cant|sold|got|at|in)"
    r"\b.*|(?:no|not|dont|do not|wrong|thank|thanks|please|pls|who|leave|remove|take|delete|unsubscribe|lose|"
    r"enough|never|"
    r"already|sorry|bye|goodbye|tcpa|illegal|fuck|this is|these are|its|it is)\b.*"
)
_GROUP_WORDS = re.compile(r"(?:stop|unsubscribe|end|cancel|quit|leave|opt out|optout|unsub) (.{1,60})")
_STOP_AND = re.compile(r"(stop|unsubscribe|unsub|optout) (\w{1,40})")
_IT = frozenset(
    {"it", "this", "these", "that", "them", "those", "me", "now", "asap", "immediately", "pls", "plz", "stop"}
)
# "cancel it" and "ok, cancel" are as often about an appointment.
_WEAK = frozenset({"cancel", "revoke", "remove", "borrar", "cancelar", "annuler"})
_ANSWER = re.compile(r"(?:yes|yeah|yea|no|nope|ok|okay) ")
_ANOTHER_WAY = re.compile(
    r"(?:please |just |but |only )*(text|txt|message|call|phone|email|ring|mail)(?: (?:me|us)(?: \w+){0,4}|"
    r"(?:s|ing)? (?:is|are|works?|would be) (?:better|best|fine|good|ok|okay|preferred|easier)(?: \w+){0,3})"
)
# "Don't call, I'm in a meeting" asks for another time.
_BARE_REFUSALS = frozenset(
    {"dont call", "do not call", "dont text", "do not text", "dont message", "dont contact"}
)
_LAUGHTER = re.compile(r"\b(?:omg|lol|lmao|haha\w*|rofl|lmfao|jk)\b|[\U0001f602\U0001f923]", re.IGNORECASE)
_SHOUTED = re.compile(r"\bSTOP\W{0,9}\Z")
_STOP_SENTENCE = re.compile(r"[.!?\n] {0,3}STOP ?[.!](?=\s)")
_MENTIONED = re.compile(
    r"\b(?:reply|text|send|type|bus|full|the|at|a|non|last|next|first|one)\W+stop\b", re.IGNORECASE
)
_STOP_SIGN = "\U0001f6d1"
_STOP_SIGNS = frozenset(_STOP_SIGN)
_THUMB_DOWN = frozenset("\U0001f44e\U0001f44e\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_UNCLEAR_SIGNS = frozenset("\u270b\u274c\U0001f6ab\u26d4\u2716\U0001f595\U0001f92c")
_STRONG = joined(STRONG_OPT_IN)


def by_rules(
    text: str,
    *,
    opt_out_type: str = "",
    words: KeywordWords = DEFAULT,
    opted_out: bool = False,
    double_opt_in_open: bool = False,
    live_words: frozenset[str] = frozenset(),
) -> Heard:
    """What the rules alone make of `text`; what decides is `hearing.classify`, whose `Known` says what is given."""
    kind = opt_out_type.strip().upper()
    own = own_words(text)
    read = _text(own, live_words, words)
    heard = _opt_out(read)
    if heard is None and _STOP_SIGN in own:  # "\U0001f6d1 texting me"
        heard = _opt_out(_text(own.replace(_STOP_SIGN, " stop "), live_words, words))
    if heard is None and kind == "STOP":
        return Heard("optout", "clear", "provider_type")
    if heard is not None and (heard.confidence == "clear" or kind not in ("HELP", "START")):
        return Heard("optout", "clear", "provider_type") if _is_stop(kind, heard) else heard
    if kind == "HELP" or (heard := _help(read)) is not None:
        return heard or Heard("help", "clear", "provider_type")
    heard = _opt_in(read, kind, opted_out, double_opt_in_open)
    return TURNED if heard is NOTHING and any(map(grammar.is_turned, clauses(own))) else heard


def _text(own: str, live_words: frozenset[str], words: KeywordWords) -> _Text:
    plain = key(own)
    return _Text(own, plain, plain.replace(" ", ""), frozenset(key(word) for word in live_words), words)


def _is_stop(kind: str, heard: Heard) -> bool:
    """The provider blocked the person: neither a group word nor doubt makes less of that."""
    return kind == "STOP" and (heard.reach == "group" or heard.confidence == "unclear")


def _opt_out(read: _Text) -> Heard | None:
    for layer in _OPT_OUT_LAYERS:
        heard = layer(read)
        if heard is not None:
            return None if heard is NOTHING else heard
    return None


def _whole_word(read: _Text) -> Heard | None:
    run = read.run
    for candidate in (run,) if run.isascii() else (run, latin(run), without_courtesy(run)):
        if candidate in read.known.opt_out_all:
            return Heard("optout", "clear", "keyword", "all")
        if candidate in read.known.opt_out:
            return Heard("optout", "clear", "keyword")
        if candidate in read.known.typos or (" " not in read.words and is_typo(candidate)):
            return Heard("optout", "clear", "typo")
    if _FOOTER.fullmatch(read.words):
        return Heard("optout", "clear", "footer_echo")
    if _is_repeated(read) or _RUN_TOGETHER.fullmatch(run):
        return Heard("optout", "clear", "repeated")
    if " " not in read.words and len(run) < 60 and is_stretched(latin(run), read.known.opt_out):
        return Heard("optout", "clear", "stretched")
    return Heard("optout", "unclear", "unclear_word") if run in UNCLEAR_OPT_OUTS else None


def _is_repeated(read: _Text) -> bool:
    words = set(read.words.split(" "))
    return (len(words) < len(read.words.split(" ")) and words <= _STOP_WORDS) or (
        len(words) > 1 and words <= _FOOTER_WORDS and bool(words & _STOP_WORDS)
    )


def _signs_only(read: _Text) -> Heard | None:
    if read.run and read.raw.strip() not in (":-1:", ":thumbsdown:"):
        return None
    signs = {char for char in read.raw if not char.isspace() and char not in "\ufe0f\ufe0e.!"}
    if not signs:
        return None
    if signs <= _STOP_SIGNS or signs <= _THUMB_DOWN or read.run:
        return Heard("optout", "clear", "sign")
    return Heard("optout", "unclear", "sign") if signs & _UNCLEAR_SIGNS else None


def _polite_word(read: _Text) -> Heard | None:
    """The word with a greeting, thanks or "it": "Hi, stop", "stop it please", "STOP STOP"."""
    if len(read.words) > 120 or _LAUGHTER.search(read.raw):
        return None
    tokens = bare(read.words).split(" ")
    while len(tokens) > 1 and tokens[0] not in _WEAK and tokens[-1] in _IT:
        tokens.pop()
    run = "".join(tokens)
    if tokens[-1] in ("today", "tonight", "tomorrow") and tokens[0] == "stop" and len(tokens) == 2:
        return Heard("optout", "unclear", "for_today")
    if run in _WEAK and _ANSWER.match(read.words):
        return Heard("optout", "unclear", "answer_and_keyword")
    if run in read.known.opt_out_all:
        return Heard("optout", "clear", "polite_keyword", "all")
    if run in _STOP_WORDS or run in read.known.opt_out or (len(tokens) == 1 and run in read.known.typos):
        return Heard("optout", "clear", "polite_keyword")
    if read.run not in read.known.opt_in and any(
        core in read.known.opt_out for core in grammar.without_fillers(read.words)
    ):
        return Heard("optout", "clear", "polite_keyword")
    return None


def _group(read: _Text) -> Heard | None:
    """ "STOP NEWS" where NEWS is a group or bot of the tenant."""
    found = _GROUP_WORDS.fullmatch(bare(read.words)) or _GROUP_WORDS.fullmatch(read.words)
    if found is None or not read.live_words or found[1] not in read.live_words:
        return None
    if found[1] in _IT or bare(f"stop {found[1]}") == "stop":
        return None  # "STOP NOW", "STOP PLEASE" is a stop, whatever a group is called
    return Heard("optout", "clear", "group_word", "group", found[1])


def _stop_and_word(read: _Text) -> Heard | None:
    """ "STOP 12345", "STOP MARKETING": a stop with a word nobody has set up is a stop."""
    found = _STOP_AND.fullmatch(bare(read.words))
    if found is None or found[2] in NOT_AN_OBJECT or "?" in read.raw or _LAUGHTER.search(read.raw):
        return None
    if (
        found[2].endswith("ing")
        and found[2] != "marketing"
        and phrases.match(read.words, phrases.OPT_OUT_RULES) is None
    ):
        return Heard("optout", "unclear", "stop_and_word")
    return Heard("optout", "clear", "stop_and_word", reach_in(found[2]))


def _phrase(read: _Text) -> Heard | None:
    if phrases.TAKEN_BACK.search(read.words, 0, 2000):
        return None
    pieces = [mended(piece) for piece in clauses(read.raw)]
    for clause in [*pieces, read.words] if len(read.words) <= 300 and read.words not in pieces else pieces:
        rule = phrases.match(clause, phrases.OPT_OUT_RULES)
        if rule is not None:
            reach: Reach = "all" if rule.name == "wrong_number" else reach_in(clause)
            return _another_way(pieces, clause) or Heard("optout", "clear", rule.name, reach)
        if ends_with_request(clause):
            return Heard("optout", "clear", "ends_with_request", reach_in(clause))
        found = grammar.find(clause)
        if found is not None:
            if found.rule in _LEAVING and returning.asks_to_return(pieces):
                return NOTHING
            reach = "all" if found.rule == "wrong_number" else reach_in(clause)
            return _another_way(pieces, clause) or Heard(
                "optout", "clear" if found.clear else "unclear", found.rule, reach
            )
    if not _REMOVE_IT.isdisjoint(pieces) and "number" in read.words:
        return Heard("optout", "clear", "remove_me")
    return _stop_clause(read, pieces)


_LEAVING = frozenset({"unsubscribe", "idiom", "remove_me"})


def _another_way(pieces: list[str], clause: str) -> Heard | None:
    """ "don't call me, text me" asks for a change of channel; "don't text, call me" may mean more."""
    if not clause.startswith(("dont ", "do not ", "please dont ", "please do not ")):
        return None
    ways = {found[1] for piece in pieces if piece != clause and (found := _ANOTHER_WAY.fullmatch(piece))}
    if ways & {"text", "txt", "message"}:
        return NOTHING
    if len(pieces) > 1 and clause.removeprefix("please ") in _BARE_REFUSALS:
        return Heard("optout", "unclear", "bare_refusal")
    return Heard("optout", "unclear", "another_way") if ways else None


def _stop_clause(read: _Text, pieces: list[str]) -> Heard | None:
    """ "stop, I already have one", "TCPA. Stop.": the word as a clause of its own, not a slogan or a joke."""
    if not 1 < len(pieces) <= 12 or _LAUGHTER.search(read.raw):
        return None
    if _STOP_SENTENCE.search(read.raw) and not read.raw.isupper():
        return Heard("optout", "unclear", "stop_clause")
    if len(pieces) > 2 and all(" " not in piece for piece in pieces):
        return None
    if _said_stop(pieces[-1]):
        return Heard("optout", "clear", "stop_clause")
    if not _said_stop(pieces[0]) or _SAYINGS.fullmatch(pieces[1]):
        return None
    if pieces[0].endswith(" it") and len(pieces[1].split(" ")) > 2 and not grammar.speaks_of_texts(pieces[1]):
        return None if _REASONS.fullmatch(pieces[1]) is None else Heard("optout", "clear", "stop_clause")
    reasoned = any(_REASONS.fullmatch(piece) or grammar.speaks_of_texts(piece) for piece in pieces[1:])
    return Heard("optout", "clear" if reasoned else "unclear", "stop_clause")


def _said_stop(piece: str) -> bool:
    tokens = bare(piece).split(" ")
    while len(tokens) > 1 and tokens[-1] in _IT:
        tokens.pop()
    run = "".join(tokens)
    return run in _STOP_WORDS or run == "remove"


def _framed(read: _Text) -> Heard | None:
    """English in any spelling and order: a frame anywhere in a clause, or nothing left but "stop"."""
    frame = framing.out(read.raw)
    if frame is not None:
        return Heard(
            "optout",
            "clear" if frame.clear else "unclear",
            frame.name,
            "purpose" if frame.name == "only_service" else reach_in(read.words),
        )
    return Heard("optout", "unclear", "stop_alone") if framing.alone(read.raw) else None


def _shouted(read: _Text) -> Heard | None:
    """ "you are annoying STOP": the word in capitals at the end of an ordinary text is for a person to judge."""
    found = _SHOUTED.search(read.raw) if len(read.raw) <= 200 else None
    if found is None or read.raw.isupper() or _MENTIONED.search(read.raw):
        return None
    return Heard("optout", "unclear", "shouted_stop")


_OPT_OUT_LAYERS: tuple[Callable[[_Text], Heard | None], ...] = (
    _signs_only,
    _whole_word,
    _group,
    _polite_word,
    _stop_and_word,
    _phrase,
    _framed,
    _shouted,
)


def _help(read: _Text) -> Heard | None:
    if (
        is_stretched(read.run, read.known.help)
        or read.run in read.known.help
        or bare(read.words).replace(" ", "") in read.known.help
    ):
        return Heard("help", "clear", "keyword")
    if len(read.words) > 120:
        return None
    rule = phrases.match(read.words, phrases.HELP_RULES)
    found = rule or framing.asks_help(read.raw)
    name = found.name if found is not None else returning.asks_for_help(clauses(read.raw))
    return Heard("help", "clear", name) if name else None


def _opt_in(read: _Text, kind: str, opted_out: bool, double_opt_in_open: bool) -> Heard:
    run = read.run
    tokens = set(read.words.split(" "))
    word = tokens.pop() if len(tokens) == 1 else run
    polite = bare(read.words).removesuffix(" again").replace(" ", "")
    strong = kind == "START" or word in _STRONG or polite in _STRONG - {"yes"}
    if strong or (double_opt_in_open and word in read.known.yes):
        if opted_out or double_opt_in_open:
            return Heard("optin", "clear", "provider_type" if kind == "START" else "keyword")
        return Heard("none", "clear", "nothing_opted_out")
    if word in UNCLEAR_OPT_INS or polite in UNCLEAR_OPT_INS:
        return Heard("optin", "unclear", "keyword") if opted_out else NOTHING
    if word in read.known.opt_in or polite in read.known.opt_in:
        return Heard("optin", "clear", "keyword") if opted_out else NOTHING
    if len(read.words) <= 300 and opted_out:
        rule = phrases.match(read.words, phrases.OPT_IN_RULES)
        if rule is not None:
            return Heard("optin", "unclear", rule.name)
        if " " not in read.words and is_typo(read.run, of="start"):
            return Heard("optin", "unclear", "typo")
        if (frame := framing.returns(read.raw)) is not None:
            return Heard("optin", "unclear", frame.name)
        if name := returning.asks_to_return(clauses(read.raw)):
            return Heard("optin", "unclear", name)
    return NOTHING


def provider_took(text: str, *, opt_out_type: str, answers: str, kind: str = "") -> bool:
    """Whether the provider itself heard this keyword, and so blocks and answers; then no text of ours follows.

    `answers`: provider (its default words), advanced (it says so by OptOutType) or us. `kind` toll_free: the network
    always takes STOP, START and UNSTOP. The match is the provider's own: the whole body, any case, outer white space
    trimmed. "Stop." is therefore ours to confirm, and if the provider took it all the same it refuses our text.
    """
    if opt_out_type.strip():
        return True
    word = text.strip().upper()
    if kind == "toll_free" and word in ("STOP", "START", "UNSTOP"):
        return True
    return answers == "provider" and word in PROVIDER_OPT_OUT | PROVIDER_OPT_IN | PROVIDER_HELP
