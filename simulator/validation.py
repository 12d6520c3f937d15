"""What the Messages resource checks before it takes a text, with Twilio's codes and test credentials' magic numbers.

Source: https://www.twilio.com/docs/iam/test-credentials.md and the public error catalogue. The order of the checks
is our own: nobody has published it.
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from simulator.carrier import Carrier
from simulator.errors import ApiError
from simulator.model import Account, Number, Service

E164 = re.compile(r"\+[1-9]\d{6,14}")
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_FROM_OK = "+15005550006"
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
BODY_LIMIT = 1600
Form = dict[str, str]


@dataclass(slots=True, frozen=True)
class Checked:
    """A create request that may be taken: who sends, through which service, to whom, and when (0: now)."""

    to: str
    body: str
    number: Number | None
    sender: str
    service: Service | None
    send_at: float
    media: int


def check_create(carrier: Carrier, account: Account, form: Form, media: int) -> Checked:
    """Return what to send. ApiError with Twilio's code when it must not be taken."""
    to = normal(form.get("To", ""))
    if not to:
        raise ApiError(21604)
    asked, sid = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not asked and not sid:
        raise ApiError(21603)
    body = form.get("Body", "")
    _check_text(form, body, media)
    if not E164.fullmatch(to):
        raise ApiError(21211, to)
    service = _service(carrier, account, sid)
    send_at = _send_at(form, service)
    number = (
        _number(carrier, account, normal(asked), service) if asked else _pick_member(carrier, service, to)
    )
    sender = number.number if number else normal(asked)
    _check_pair(carrier, account, number, sender, to)
    _check_options(form)
    return Checked(to, body, number, sender, service, send_at, media)


def normal(address: str) -> str:
    """Return a number without its punctuation; ten digits without a plus are taken as North American."""
    if address[:1] == "+" and address[1:].isdigit():
        return address
    bare = re.sub(r"[\s().-]", "", address)
    return f"+1{bare}" if bare.isdigit() and len(bare) == 10 else bare if bare[1:].isdigit() else address


def _check_text(form: Form, body: str, media: int) -> None:
    if not body and not media and not form.get("ContentSid"):
        raise ApiError(21602 if "Body" in form else 21619)
    if len(body) > BODY_LIMIT:
        raise ApiError(21617)


def _service(carrier: Carrier, account: Account, sid: str) -> Service | None:
    if not sid:
        return None
    service = carrier.services.get(sid)
    if service is None or service.account != account.sid:
        raise ApiError(21701, sid)
    return service


def _number(carrier: Carrier, account: Account, asked: str, service: Service | None) -> Number | None:
    if asked in MAGIC_FROM:
        raise ApiError(MAGIC_FROM[asked], asked)
    if asked == MAGIC_FROM_OK:
        return None
    number = carrier.numbers.get(asked)
    if number is None:
        raise ApiError(21606, asked)
    if number.account != account.sid:
        raise ApiError(21660, asked)
    if service is not None and number.service != service.sid:
        raise ApiError(21606, asked)
    return number


def _pick_member(carrier: Carrier, service: Service | None, to: str) -> Number:
    """A sticky choice: the same person always hears from the same member."""
    assert service is not None
    members = carrier.members(service.sid)
    if not members:
        raise ApiError(21704)
    return members[sum(map(ord, to)) % len(members)]


def _check_pair(carrier: Carrier, account: Account, number: Number | None, sender: str, to: str) -> None:
    if to in MAGIC_TO:
        raise ApiError(MAGIC_TO[to], to)
    if to == sender:
        raise ApiError(21211, to)
    if account.countries and not to.startswith(tuple(account.countries)):
        raise ApiError(21408, to)
    outcome = carrier.outcomes.get(to)
    if outcome and outcome.get("code"):
        raise ApiError(int(outcome["code"]), to)
    if number is None:
        return
    if number.queue_limit and number.waiting >= number.queue_limit:
        raise ApiError(21611, sender)
    if (
        (to, number.block_key) in carrier.blocked
        and blocked_as(number) == 21610
        and carrier.is_blocked(to, number)
    ):
        raise ApiError(21610)


def blocked_as(number: Number) -> int:
    """How a block shows: 21610 at once, or 30004 as a delivery error (toll-free numbers, unless set otherwise)."""
    return number.blocked_as or (30004 if number.kind == "toll_free" else 21610)


def _check_options(form: Form) -> None:
    callback = form.get("StatusCallback", "")
    if callback and not valid_url(callback):
        raise ApiError(21609, callback)
    validity = form.get("ValidityPeriod", "")
    if validity and not (validity.isdigit() and 1 <= int(validity) <= 36_000):
        raise ApiError(21624)
    media = form.get("MediaUrl", "")
    if media and not valid_url(media):
        raise ApiError(21620)


def valid_url(url: str) -> bool:
    """An http(s) address with a host that has no underscore."""
    try:
        split = urlsplit(url)
        split.port  # noqa: B018  (raises ValueError for a bad port)
    except ValueError:
        return False
    return split.scheme in ("http", "https") and bool(split.hostname) and "_" not in (split.hostname or "")


def _send_at(form: Form, service: Service | None) -> float:
    if form.get("ScheduleType") != "fixed":
        return 0.0
    if service is None:
        raise ApiError(35118)
    if not form.get("SendAt"):
        raise ApiError(35111)
    try:
        moment = datetime.fromisoformat(form["SendAt"].replace("Z", "+00:00")).timestamp()
    except ValueError as error:
        raise ApiError(35114) from error
    if not 900 <= moment - time.time() <= 35 * 86_400:
        raise ApiError(35114)
    return moment
