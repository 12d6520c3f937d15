"""The Messages resource of Twilio's API: create, fetch, list, update, delete."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from urllib.parse import quote, urlencode

from simulator.carrier import FINAL_OUT, Carrier
from simulator.errors import ApiError
from simulator.faults import AFTER, Fault, Faults
from simulator.forms import pairs_of
from simulator.httpd import Request
from simulator.lifecycle import Lifecycle
from simulator.model import API_VERSION, Account, Message, rfc2822
from simulator.parts import count_parts
from simulator.proof import Create, Proof
from simulator.validation import Checked, check_create

OUR_ID = re.compile(r"[?&]m=([^&#]*)")
ERROR_WORDS = {
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
}
dumps = json.JSONEncoder(separators=(",", ":")).encode


class Messages:
    """The resource. `create` is the hot path: synchronous, and answered after the number's latency."""

    def __init__(self, carrier: Carrier, faults: Faults, proof: Proof, lifecycle: Lifecycle) -> None:
        self.carrier, self.faults, self.proof, self.lifecycle = carrier, faults, proof, lifecycle

    # -- create -------------------------------------------------------------------------------------------------

    def create(self, request: Request, account_sid: str) -> None:
        """Take a message over, or refuse it, and answer after the latency."""
        form: dict[str, str] = {}
        media = 0
        for name, value in pairs_of(request.body.decode("utf-8", "replace")):
            if name == "MediaUrl":
                media += 1
            form[name] = value
        fault = self._fault(form)
        if fault is not None and fault.mode not in AFTER:
            self._refuse_on_purpose(request, form, fault)
            return
        try:
            account = self._account(request, account_sid)
            checked = check_create(self.carrier, account, form, media)
        except ApiError as error:
            self._note(request, form, "", error.status, error.code, fault)
            self._wire(form, error.status, str(error.code))
            delay = self._latency(form.get("From", ""))
            request.connection.answer(error.status, error.body, delay=delay)
            return
        message = self._take(account, form, checked)
        self._count_open(account, request, checked)
        self._note(request, form, message.sid, _status_of(fault), 0, fault, checked)
        self._wire(form, _status_of(fault), "", message)
        body = dumps(self.view(message)).encode()
        self.lifecycle.start(message, checked.number, checked.send_at)
        self._respond(request, body, self._latency(checked.sender), fault)

    def _account(self, request: Request, account_sid: str) -> Account:
        account = self.carrier.account_for(request.headers.get("authorization", ""))
        if account.sid != account_sid:
            raise ApiError(20003)
        if account.max_concurrent and account.open_requests >= account.max_concurrent:
            raise ApiError(20429)
        return account

    def _count_open(self, account: Account, request: Request, checked: Checked) -> None:
        """Only where a limit is set: an open request is given back when its answer has left."""
        if account.max_concurrent:
            account.open_requests += 1
            delay = self._latency(checked.sender)
            request.connection.loop.call_later(delay, _release, account)

    def _take(self, account: Account, form: dict[str, str], checked: Checked) -> Message:
        carrier = self.carrier
        callback = form.get("StatusCallback") or (checked.service.status_callback if checked.service else "")
        match = OUR_ID.search(callback) if callback else None
        status = "scheduled" if checked.send_at else "accepted" if checked.service else "queued"
        now = time.time()
        message = Message(
            carrier.next_sid("MM" if checked.media else "SM"), account.sid, checked.to, checked.sender, checked.body,
            "outbound-api", status, now, checked.service.sid if checked.service else "", callback,
            match.group(1) if match else "", count_parts(checked.body), checked.media, 0.0, now,
        )  # fmt: skip
        carrier.keep(message)
        carrier.waiting += 1
        carrier.taken_at.append(time.monotonic())
        if checked.number is not None:
            checked.number.waiting += 1
        return message

    def _fault(self, form: dict[str, str]) -> Fault | None:
        if not self.faults.rules:
            return None
        return self.faults.pick(form.get("To", ""), form.get("From", ""), self.carrier.dice)

    def _refuse_on_purpose(self, request: Request, form: dict[str, str], fault: Fault) -> None:
        codes = {
            "500_before_accept": 20500,
            "503_before_accept": 20503,
            "429": 20429,
            "401": 20003,
            "400": fault.code,
        }
        if fault.mode not in codes:
            self._note(request, form, "", 0, 0, fault)
            request.connection.drop(fault.seconds if fault.mode == "hang_before_accept" else 0.0)
            return
        error = ApiError(codes[fault.mode], form.get("To", ""))
        self._note(request, form, "", error.status, error.code, fault)
        self._wire(form, error.status, str(error.code))
        extra = f"Retry-After: {fault.retry_after}\r\n" if error.status == 429 else ""
        delay = self._latency(form.get("From", ""))
        request.connection.answer(error.status, error.body, headers=extra, delay=delay)

    @staticmethod
    def _respond(request: Request, body: bytes, delay: float, fault: Fault | None) -> None:
        answer = request.connection.answer
        if fault is None:
            answer(201, body, delay=delay)
        elif fault.mode == "accept_then_500":
            answer(500, ApiError(20500).body, delay=delay)
        elif fault.mode == "garbage_200":
            answer(200, b"<html>\x00 proxy says hello", "text/html", delay=delay)
        elif fault.mode == "201_without_sid":
            view = json.loads(body)
            del view["sid"]
            answer(201, json.dumps(view).encode(), delay=delay)
        else:
            request.connection.drop(fault.seconds if fault.mode == "accept_then_hang" else delay)

    def _latency(self, sender: str) -> float:
        number = self.carrier.numbers.get(sender)
        own = number.latency_ms if number is not None else None
        spec = self.carrier.behaviour.latency_ms if own is None else own
        return spec / 1000 if isinstance(spec, int) else self.carrier.dice.seconds(spec)

    def _note(
        self, request: Request, form: dict[str, str], sid: str, status: int, code: int, fault: Fault | None,
        checked: Checked | None = None,
    ) -> None:  # fmt: skip
        match = OUR_ID.search(form.get("StatusCallback", ""))
        to = checked.to if checked else form.get("To", "")
        sender = checked.sender if checked else form.get("From", "") or form.get("MessagingServiceSid", "")
        entry = Create(
            request.came_wall, request.begin_wall, request.begin_mono, request.done_wall, request.done_mono,
            bool(sid), to, sender, match.group(1) if match else "", sid, status, code, fault.mode if fault else "",
        )  # fmt: skip
        self.proof.create(entry)

    def _wire(self, form: dict[str, str], status: int, what: str, message: Message | None = None) -> None:
        row = {
            "kind": "create", "at": time.time(), "person": message.to if message else form.get("To", ""),
            "what": what or form.get("Body", "")[:60], "status": status, "sid": message.sid if message else "",
        }  # fmt: skip
        self.carrier.wire.append(row)

    # -- read and change ----------------------------------------------------------------------------------------

    def view(self, m: Message) -> dict[str, object]:
        """Return the message as the API shows it."""
        uri = f"/{API_VERSION}/Accounts/{m.account}/Messages/{m.sid}"
        fresh = m.status in ("accepted", "scheduled")
        return {
            "account_sid": m.account,
            "api_version": API_VERSION,
            "body": m.body,
            "date_created": rfc2822(m.created),
            "date_sent": rfc2822(m.sent),
            "date_updated": rfc2822(m.updated or m.created),
            "direction": m.direction,
            "error_code": m.error or None,
            "error_message": ERROR_WORDS.get(m.error, "Error") if m.error else None,
            "from": None if fresh and m.service else m.sender,
            "messaging_service_sid": m.service or None,
            "num_media": str(m.media),
            "num_segments": "0" if fresh else str(m.parts),
            "price": None,
            "price_unit": "USD",
            "sid": m.sid,
            "status": m.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": m.to,
            "uri": f"{uri}.json",
        }

    def find(self, account: Account, sid: str, path: str) -> Message:
        message = self.carrier.messages.get(sid)
        if message is None or message.account != account.sid:
            raise ApiError(20404, path)
        return message

    def update(self, message: Message, form: dict[str, str]) -> dict[str, object]:
        """Cancel a scheduled message (Status=canceled) or empty a finished one's text (Body=)."""
        if form.get("Status") == "canceled":
            if message.status != "scheduled":
                raise ApiError(30409)
            self.carrier.set_status(message, "canceled")
        elif form.get("Body") == "":
            if message.status not in FINAL_OUT | {"received"}:
                raise ApiError(20009)
            message.body, message.updated = "", time.time()
        else:
            raise ApiError(20001)
        return self.view(message)

    def delete(self, message: Message) -> None:
        if message.status not in FINAL_OUT | {"received"}:
            raise ApiError(20009)
        self.carrier.forget(message)

    def page(self, account: Account, query: dict[str, str]) -> dict[str, object]:
        """Return one page, newest first, filtered by To, From and DateSent."""
        try:
            size = min(max(int(query.get("PageSize", 50)), 1), 1000)
            number = max(int(query.get("Page", 0)), 0)
        except ValueError as error:
            raise ApiError(20001) from error
        found: Iterator[Message] = (
            m for m in self._newest(query) if m.account == account.sid and _matches(m, query)
        )
        token = query.get("PageToken", "")
        if token:
            before = self.carrier.messages.get(token[2:])
            last = before.seq if before else 0
            found = (m for m in found if m.seq < last)
        else:
            found = islice(found, number * size, None)
        rows = list(islice(found, size + 1))
        return self._page_view(account, query, rows, size, number)

    def _newest(self, query: dict[str, str]) -> list[Message]:
        to = query.get("To")
        source = self.carrier.by_person.get(to, []) if to and to not in self.carrier.numbers else None
        return list(reversed(self.carrier.messages.values())) if source is None else source[::-1]

    def _page_view(
        self, account: Account, query: dict[str, str], rows: list[Message], size: int, number: int
    ) -> dict[str, object]:
        base = f"/{API_VERSION}/Accounts/{account.sid}/Messages.json"
        kept = {k: v for k, v in query.items() if k not in ("Page", "PageToken", "PageSize")}

        def uri(page: int, token: str = "") -> str:
            extra = {"PageSize": size, "Page": page} | ({"PageToken": token} if token else {})
            return f"{base}?{urlencode({**kept, **extra}, quote_via=quote)}"

        shown = rows[:size]
        return {
            "end": number * size + len(shown) - 1 if shown else 0,
            "first_page_uri": uri(0),
            "messages": [self.view(m) for m in shown],
            "next_page_uri": uri(number + 1, f"PA{shown[-1].sid}") if len(rows) > size else None,
            "page": number,
            "page_size": size,
            "previous_page_uri": uri(number - 1) if number else None,
            "start": number * size,
            "uri": uri(number, query.get("PageToken", "")),
        }


def _status_of(fault: Fault | None) -> int:
    if fault is None or fault.mode == "201_without_sid":
        return 201
    return {"accept_then_500": 500, "garbage_200": 200}.get(fault.mode, 0)


def _release(account: Account) -> None:
    account.open_requests -= 1


def _matches(m: Message, query: dict[str, str]) -> bool:
    if query.get("To", m.to) != m.to or query.get("From", m.sender) != m.sender:
        return False
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if name in query and not _sent_within(m, name, query[name]):
            return False
    return True


def _sent_within(m: Message, name: str, value: str) -> bool:
    """Twilio compares whole days for a date, and moments where a time is given; both ends are included."""
    if not m.sent:
        return False
    value = value.removeprefix("<=").removeprefix(">=")
    day_only = re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    try:
        limit = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        try:
            limit = parsedate_to_datetime(value)
        except ValueError as error:
            raise ApiError(20001) from error
    limit = limit.replace(tzinfo=limit.tzinfo or UTC)
    sent = datetime.fromtimestamp(m.sent, UTC)
    if day_only:
        here, there = sent.date().toordinal(), limit.date().toordinal()
    else:
        here, there = int(m.sent), int(limit.timestamp())
    return here <= there if name == "DateSent<" else here >= there if name == "DateSent>" else here == there
