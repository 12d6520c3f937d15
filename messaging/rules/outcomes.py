"""What became of a message: our phase, the provider's receipt, reasons, and the one word that people read."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from messaging.rules.errors import error_fact

Kind = Literal["handed", "retry", "rejected", "ambiguous", "hold_account"]
Outcome = Literal[
    "Waiting", "Sending", "Delivered", "Not delivered", "Suppressed", "Not sent", "Being checked"
]
ContactAction = Literal["", "opt_out_this_sender", "provider_doubt", "unusable", "soft_failure", "reachable"]

OUTCOMES: tuple[Outcome, ...] = (
    "Waiting",
    "Sending",
    "Delivered",
    "Not delivered",
    "Suppressed",
    "Not sent",
    "Being checked",
)


class Phase(IntEnum):
    """Ours: 0→1→2→3; 1→0 lease over; 2→0 definitely refused; 0,1→4 gate; 2→4 permanent no; 2→5; 5→3|6; 0,1,6→3."""

    QUEUED = 0
    CLAIMED = 1
    BEGUN = 2
    HANDED = 3
    NOT_SENT = 4
    UNKNOWN = 5
    ABSENT = 6


class Receipt(IntEnum):
    """The provider's, by rank: a stored receipt is only ever replaced by a higher one."""

    NONE = 0
    ACCEPTED = 10
    QUEUED = 20
    SENDING = 30
    SENT = 40
    UNDELIVERED = 60
    FAILED = 61
    CANCELED = 62
    DELIVERED = 70
    READ = 80


class NotSent(IntEnum):
    """Why a message was not sent. 1 to 29 are consent's (1 to 12 its `Gate` values), from 40 on messaging's own.

    Stored with messages: never renumbered.
    """

    NONE = 0
    BLOCKED = 1
    ERASED = 2
    NO_NUMBER = 3
    STOP_IN_PROGRESS = 4
    UNDER_REVIEW = 5
    PROVIDER_DOUBT = 6
    OPTED_OUT = 7
    OPTED_OUT_ALL = 8
    PROVIDER_BLOCK = 9
    PENDING = 10
    NO_OPT_IN = 11
    UNUSABLE = 12
    STOPPED_ANY = 20
    WRONG_NUMBER = 21
    EXPIRED = 40
    CANCELLED = 41
    REJECTED = 42
    RENDER_ERROR = 43
    DUPLICATE = 44
    LEFT_GROUP = 45
    NUMBER_CHANGED = 46
    TOO_LONG = 47
    COUNTRY_NOT_ENABLED = 48
    UNKNOWN_FIELD = 49
    NOT_IN_AUDIENCE = 50
    LIVE_TEST_NUMBER = 51
    RESTORE_DOUBT = 52
    SENDER_RETIRED = 53

    @property
    def code(self) -> str:
        """The stable machine-readable code: "opted_out"."""
        return self.name.lower()

    @property
    def is_consent(self) -> bool:
        return 0 < self < 30 or self in (NotSent.LEFT_GROUP, NotSent.NUMBER_CHANGED)

    @property
    def label(self) -> str:
        """For marketers."""
        return _REASON_LABELS[self]

    @classmethod
    def of(cls, code: str) -> "NotSent":
        """The reason with this code; KeyError if there is none."""
        return cls[code.upper()]


_REASON_LABELS = {
    NotSent.NONE: "",
    NotSent.OPTED_OUT: "Opted out of this sender number",
    NotSent.OPTED_OUT_ALL: "Opted out of all your sender numbers",
    NotSent.BLOCKED: "Blocked by your team",
    NotSent.STOP_IN_PROGRESS: "An opt-out is being recorded",
    NotSent.UNDER_REVIEW: "On hold until a reply is reviewed",
    NotSent.PROVIDER_DOUBT: "On hold: the carrier may have blocked this person",
    NotSent.PROVIDER_BLOCK: "Blocked by the carrier after STOP; the person can text START",
    NotSent.PENDING: "Has not confirmed the sign-up yet",
    NotSent.NO_OPT_IN: "Has not agreed to marketing from this sender number",
    NotSent.UNUSABLE: "The number no longer receives texts",
    NotSent.LEFT_GROUP: "Left the group",
    NotSent.NUMBER_CHANGED: "The phone number was changed",
    NotSent.ERASED: "The person's data was erased",
    NotSent.WRONG_NUMBER: "Told you it is the wrong number",
    NotSent.STOPPED_ANY: "Opted out of another of your sender numbers, and you chose to leave such people out",
    NotSent.EXPIRED: "Too late to send",
    NotSent.CANCELLED: "The campaign was cancelled",
    NotSent.REJECTED: "Refused by the carrier",
    NotSent.RENDER_ERROR: "The text could not be filled in",
    NotSent.DUPLICATE: "Already gets this message",
    NotSent.NO_NUMBER: "No phone number",
    NotSent.NOT_IN_AUDIENCE: "The contact was deleted",
    NotSent.COUNTRY_NOT_ENABLED: "The country of this number is not enabled",
    NotSent.TOO_LONG: "The text is too long",
    NotSent.UNKNOWN_FIELD: "The text names a field that does not exist",
    NotSent.RESTORE_DOUBT: "May have been sent before the system was restored from a backup",
    NotSent.SENDER_RETIRED: "The sender number was retired",
    NotSent.LIVE_TEST_NUMBER: "A test number, which is never texted for real",
}

_CONSENT_REASONS = frozenset(int(reason) for reason in NotSent if reason.is_consent)

_RECEIPTS = {
    "accepted": Receipt.ACCEPTED,
    "scheduled": Receipt.ACCEPTED,
    "queued": Receipt.QUEUED,
    "sending": Receipt.SENDING,
    "sent": Receipt.SENT,
    "partially_delivered": Receipt.SENT,
    "undelivered": Receipt.UNDELIVERED,
    "failed": Receipt.FAILED,
    "canceled": Receipt.CANCELED,
    "delivered": Receipt.DELIVERED,
    "read": Receipt.READ,
}

#: Exceptions after which nothing of the message can have reached the provider.
NOTHING_LEFT = frozenset({"not_begun", "dns", "connect_refused", "connect_timeout", "connect_tls"})

_NUMBER_IS_DEAD = frozenset({21211, 21614, 21635, 30005, 30006})
_SOFT_FAILURES = frozenset({30003, 30008, 30410})
_ACCOUNT_WIDE = frozenset({20003, 20404, 20008})
_DEFINITE_CLIENT_ERRORS = frozenset({400, 405, 409, 410, 413, 414, 415, 422})
_LATER = frozenset({"later", "backoff"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of the provider to one request.

    retry: definitely not accepted, send again after `back_off`. rejected: definitely and for good.
    ambiguous: it may have been accepted, never resend blindly. hold_account: nothing of this account can be sent
    until a person acts. `slow_down`: halve the account's concurrency. `action`: what the catalogue advises.
    """

    kind: Kind
    code: int | None = None
    slow_down: bool = False
    contact_action: ContactAction = ""
    action: str = ""


_HANDED = Verdict("handed")


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """One status callback. `rank` 0: a status that is not about an outgoing message, store it and change nothing."""

    receipt: Receipt
    rank: int
    final: bool
    contact_action: ContactAction = ""
    action: str = ""


def judge_answer(
    http_status: int | None, code: int | None, sid: str | None, exception_kind: str | None = None
) -> Verdict:
    """Definite or ambiguous: what an answer, or its absence, says about the message (safe when in doubt)."""
    if exception_kind:
        return Verdict("retry" if exception_kind in NOTHING_LEFT else "ambiguous", code)
    if http_status is None:
        return Verdict("ambiguous", code)
    if 200 <= http_status < 300:
        if sid:
            return Verdict("handed", code) if code else _HANDED
        return Verdict("ambiguous", code)
    if http_status == 429 or code == 20429:
        return Verdict("retry", code, slow_down=True)
    if http_status in (401, 403, 404) or (http_status < 500 and code in _ACCOUNT_WIDE):
        return Verdict("hold_account", code, action="pause_all_alert_admin")
    if http_status not in _DEFINITE_CLIENT_ERRORS or not code:
        return Verdict("ambiguous", code)
    fact = error_fact(code)
    action = fact.action if fact is not None else ""
    if fact is not None and fact.retry in _LATER:
        return Verdict("retry", code, slow_down=action == "slow_down", action=action)
    return Verdict("rejected", code, contact_action=_contact_action(code, ""), action=action)


def back_off_seconds(tries: int, jitter: float) -> float:
    """Seconds before the next try: 1 s doubled each time, at most 5 minutes, plus up to half as `jitter` (0 to 1)."""
    return min(2.0 ** min(max(tries, 0), 12), 300.0) * (1 + jitter / 2)


def receipt_of(status: str) -> Receipt:
    """The receipt that a provider's status names; NONE for anything unknown."""
    return _RECEIPTS.get(status.strip().lower(), Receipt.NONE)


def receipt_rank(status: str) -> int:
    """Rank of a status: `delivered` above `undelivered`, so that callbacks in any order agree."""
    return int(receipt_of(status))


def is_final(receipt: int) -> bool:
    """Whether no later news is to be waited for; `delivered` may still follow `undelivered`."""
    return receipt >= Receipt.UNDELIVERED


def judge_receipt(status: str, error_code: int | None = None, *, sender_kind: str = "") -> ReceiptVerdict:
    """What a status callback says about the message and about its person.

    `sender_kind`: "toll_free" makes a 30004 a possible opt-out at the network. An unknown code changes nobody's
    consent: Twilio may add and change codes.
    """
    receipt = receipt_of(status)
    action: ContactAction = ""
    if receipt in (Receipt.DELIVERED, Receipt.READ):
        action = "reachable"
    elif receipt in (Receipt.UNDELIVERED, Receipt.FAILED) and error_code:
        action = _contact_action(error_code, sender_kind)
    fact = error_fact(error_code) if error_code else None
    return ReceiptVerdict(receipt, int(receipt), is_final(receipt), action, fact.action if fact else "")


def _contact_action(code: int, sender_kind: str) -> ContactAction:
    if code == 21610:
        return "opt_out_this_sender"
    if code == 30004 and sender_kind == "toll_free":
        return "provider_doubt"
    if code in _NUMBER_IS_DEAD:
        return "unusable"
    return "soft_failure" if code in _SOFT_FAILURES else ""


def outcome(phase: int, reason: int = 0, receipt: int = 0) -> Outcome:
    """The one word that people read for a message."""
    if receipt in (Receipt.DELIVERED, Receipt.READ):
        return "Delivered"
    if phase in (Phase.QUEUED, Phase.CLAIMED):
        return "Waiting"
    if phase == Phase.NOT_SENT:
        return "Suppressed" if reason in _CONSENT_REASONS else "Not sent"
    if phase == Phase.UNKNOWN and not is_final(receipt):
        return "Being checked"
    return "Not delivered" if phase == Phase.ABSENT or is_final(receipt) else "Sending"


def ended_by_code(phase: int, reason: int = 0, receipt: int = 0) -> bool:
    """Whether a message's provider code says how it ended: not delivered, or refused by the provider itself.

    A row may also hold the code of a failure that the delivery came after.
    """
    if phase == Phase.NOT_SENT:
        return reason == NotSent.REJECTED and receipt < Receipt.DELIVERED
    return is_final(receipt) and outcome(phase, reason, receipt) == "Not delivered"
