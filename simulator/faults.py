"""Faults the carrier commits on purpose while it takes messages: for all, for some people, or for the next few."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Mode = Literal[
    "accept_then_500", "accept_then_hang", "accept_then_close", "garbage_200", "201_without_sid",
    "500_before_accept", "503_before_accept", "429", "400", "401", "close_before_accept", "hang_before_accept",
]  # fmt: skip
AFTER = frozenset(
    {"accept_then_500", "accept_then_hang", "accept_then_close", "garbage_200", "201_without_sid"}
)
BEFORE = frozenset(
    {
        "500_before_accept",
        "503_before_accept",
        "429",
        "400",
        "401",
        "close_before_accept",
        "hang_before_accept",
    }
)
ALIASES = {
    "201_no_sid": "201_without_sid",
    "error": "400",
    "500": "500_before_accept",
    "503": "503_before_accept",
}


@dataclass(slots=True)
class Fault:
    """One rule. `count` is how many requests it still hits (None: until removed), `fraction` its chance to hit."""

    id: int
    mode: str
    to: list[str] = field(default_factory=list)
    sender: str = ""
    count: int | None = None
    fraction: float = 1.0
    code: int = 21610  # for mode 400
    seconds: float = 30.0  # for the hanging modes
    retry_after: int = 1  # for mode 429
    hits: int = 0
    people: frozenset[str] = frozenset()  # `to` for quick look-up

    def view(self) -> dict[str, Any]:
        """Return the rule as JSON."""
        shown = asdict(self)
        del shown["people"]
        return shown


class Faults:
    """The list of fault rules; the first that matches wins."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._next = 1

    def add(self, raw: dict[str, Any]) -> Fault:
        """Add a rule. ValueError when the mode or a setting is unknown."""
        mode = ALIASES.get(str(raw.get("mode")), str(raw.get("mode")))
        if mode not in AFTER | BEFORE:
            raise ValueError(f"unknown fault mode {mode!r}; known: {', '.join(sorted(AFTER | BEFORE))}")
        allowed = {"to", "sender", "count", "fraction", "code", "seconds", "retry_after"}
        unknown = set(raw) - allowed - {"mode"}
        if unknown:
            raise ValueError(f"a fault has no setting {', '.join(sorted(unknown))}")
        settings = {k: v for k, v in raw.items() if k in allowed}
        if isinstance(settings.get("to"), str):
            settings["to"] = [settings["to"]]
        rule = Fault(id=self._next, mode=mode, people=frozenset(settings.get("to", ())), **settings)
        rule.fraction, rule.seconds, rule.code = float(rule.fraction), float(rule.seconds), int(rule.code)
        self._next += 1
        self.rules.append(rule)
        return rule

    def remove(self, rule_id: int | None) -> int:
        """Remove one rule, or all; return how many went."""
        before = len(self.rules)
        self.rules = [] if rule_id is None else [r for r in self.rules if r.id != rule_id]
        return before - len(self.rules)

    def pick(self, to: str, sender: str, chance: Any) -> Fault | None:
        """Return the fault that this request meets. `chance` is the carrier's Dice."""
        for rule in self.rules:
            if (
                rule.count == 0
                or (rule.people and to not in rule.people)
                or (rule.sender and rule.sender != sender)
            ):
                continue
            if not chance.hit(rule.fraction):
                continue
            if rule.count is not None:
                rule.count -= 1
            rule.hits += 1
            return rule
        return None

    def as_list(self) -> list[dict[str, Any]]:
        return [rule.view() for rule in self.rules]
