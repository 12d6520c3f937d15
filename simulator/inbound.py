"""A person texts one of the carrier's numbers: block list, automatic answer, webhook, TwiML."""

import asyncio
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from simulator.carrier import Carrier
from simulator.client import Answer
from simulator.forms import encode
from simulator.keywords import NETWORK_REPLIES, REPLIES, keyword
from simulator.lifecycle import Lifecycle
from simulator.model import API_VERSION, Message, Number
from simulator.parts import count_parts
from simulator.webhooks import Job, Sender

AREA = {"202": ("WASHINGTON", "DC", "20001")}
MAX_TWIML_REPLIES, MAX_TWIML_BYTES, MAX_REPLIES_PER_PAIR = 10, 64 * 1024, 15


@dataclass(slots=True, frozen=True)
class Text:
    """One text from a person. `raw_body` is a percent-encoded Body, sent on as it is (NUL, bad UTF-8)."""

    person: str
    to: str
    body: str
    raw_body: str | None = None
    sid: str = ""
    repeat: int = 0
    bad_signature: bool = False
    extra: dict[str, str] | None = None  # further or overriding webhook fields
    omit: tuple[str, ...] = ()


class Inbound:
    """Takes texts from handsets."""

    def __init__(self, carrier: Carrier, sender: Sender, lifecycle: Lifecycle) -> None:
        self.carrier, self.sender, self.lifecycle = carrier, sender, lifecycle

    async def receive(self, text: Text) -> dict[str, Any]:
        """Take a text and deliver its webhook. Returns what the webhook answered. ValueError: no such number."""
        number = self.carrier.numbers.get(text.to)
        if number is None:
            raise ValueError(f"{text.to} is not a number of this carrier")
        known = text.sid in self.carrier.messages
        message = self.carrier.messages[text.sid] if known else self._keep(text, number)
        toll_free = number.kind == "toll_free"
        word = keyword(
            message.body, toll_free=toll_free, punctuation=self.carrier.behaviour.keyword_punctuation
        )
        if word and not known:
            self._act_on_keyword(word, message.sender, number)
        return await self._tell(text, message, number, word)

    def _keep(self, text: Text, number: Number) -> Message:
        """Take the text into the books."""
        now = time.time()
        body = text.body if text.raw_body is None else unquote_plus(text.raw_body, errors="replace")
        fresh = self.carrier.next_sid()  # drawn in any case: it gives the text its place in the order
        sid = text.sid or fresh
        message = Message(
            sid, number.account, number.number, text.person, body, "inbound", "received", now, number.service,
            parts=count_parts(body), sent=now, updated=now,
        )  # fmt: skip
        self.carrier.keep(message)
        return message

    # -- keywords -----------------------------------------------------------------------------------------------

    def _act_on_keyword(self, word: str, person: str, number: Number) -> None:
        """Block or release, and answer when the carrier answers itself."""
        carrier = self.carrier
        toll_free = number.kind == "toll_free"
        if word == "STOP":
            changed = carrier.block(person, number)
        elif word == "START":
            changed = carrier.release(person, number)
        else:
            changed = not (toll_free and (person, number.block_key) in carrier.blocked)
        if changed and carrier.answers_itself(number):
            own = NETWORK_REPLIES if toll_free else REPLIES
            delay = carrier.dice.seconds(carrier.behaviour.reply_ms)
            self.sender.spawn(self._reply(delay, person, number, number.replies.get(word, own[word])))

    async def _reply(self, delay: float, person: str, number: Number, body: str) -> None:
        """Put the carrier's own answer on the handset; it is no API message and nobody is called back."""
        await asyncio.sleep(delay)
        now = time.time()
        message = Message(
            self.carrier.next_sid(), number.account, person, number.number, body, "outbound-reply", "delivered", now,
            number.service, parts=count_parts(body), sent=now, updated=now, tags="carrier",
        )  # fmt: skip
        self.carrier.keep(message)

    # -- webhook ------------------------------------------------------------------------------------------------

    def url_for(self, number: Number) -> str:
        service = self.carrier.services.get(number.service)
        if service is None or service.use_inbound_webhook_on_number or not service.inbound_url:
            return number.inbound_url
        return service.inbound_url

    async def _tell(self, text: Text, message: Message, number: Number, word: str) -> dict[str, Any]:
        url = self.url_for(number)
        result: dict[str, Any] = {"sid": message.sid, "keyword": word, "webhook": None}
        account = self.carrier.accounts.get(number.account)
        if not url or account is None:
            message.tags = "none"
            return result
        pairs = self._fields(text, message, number, word)
        raw = None
        if text.raw_body is not None:
            rest = encode([p for p in pairs if p[0] != "Body"])
            raw = f"{rest}&Body={text.raw_body}".encode("latin-1", "replace")
        job = Job("inbound", account, message, url, pairs, message.body[:60], raw, text.bad_signature)
        self._remember(job, text)
        answer = await self.sender.deliver(job)
        self._judge(message, word, answer, text.bad_signature)
        repeats = text.repeat + (1 if self.carrier.dice.hit(self.carrier.behaviour.doubled_rate) else 0)
        again = [await self.sender.deliver(job.again()) for _ in range(repeats)]
        result["webhook"] = _show(answer)
        result["repeats"] = [_show(a) for a in again]
        if answer is not None:
            self._obey(answer, message, number)
        return result

    def _remember(self, job: Job, text: Text) -> None:
        """Keep the newest request of each phone for its page."""
        raw = job.raw.decode("latin-1") if job.raw is not None else encode(job.pairs)
        last = {"sid": job.message.sid, "to": job.message.to, "raw": raw, "bad": text.bad_signature}
        self.carrier.last_requests[job.message.sender] = last

    def _judge(self, message: Message, word: str, answer: Answer | None, bad_signature: bool) -> None:
        """Note how the text was taken; a forged copy says nothing about the text itself."""
        if bad_signature and message.tags:
            return
        message.tags = str(answer.status) if answer else "0"
        key = (message.sender, message.to)
        if word == "START":
            self.carrier.stops.pop(key, None)
        elif word == "STOP":
            ended = answer.end_ns if answer else time.time_ns()
            taken = {"status": answer.status if answer else 0, "ms": answer.ms if answer else 0.0}
            self.carrier.stops[key] = {**taken, "answered_ns": ended}

    def _fields(self, text: Text, message: Message, number: Number, word: str) -> list[tuple[str, str]]:
        service = self.carrier.services.get(number.service)
        pairs = [("ToCountry", "US"), ("ToState", "DC"), ("SmsMessageSid", message.sid), ("NumMedia", "0")]
        city, state, zip_code = AREA.get(message.sender[2:5], ("", "", ""))
        pairs += [("ToCity", ""), ("FromZip", zip_code), ("SmsSid", message.sid), ("FromState", state)]
        pairs += [
            ("SmsStatus", "received"),
            ("FromCity", city),
            ("Body", message.body),
            ("FromCountry", "US"),
        ]
        pairs += [("To", number.number), ("ToZip", ""), ("NumSegments", str(message.parts))]
        pairs += [("MessageSid", message.sid), ("AccountSid", number.account), ("From", message.sender)]
        pairs.append(("ApiVersion", API_VERSION))
        if service is not None:
            pairs.append(("MessagingServiceSid", service.sid))
            if service.advanced_opt_out and word:
                pairs.append(("OptOutType", word))
        extra = text.extra or {}
        pairs = [p for p in pairs if p[0] not in extra and p[0] not in text.omit]
        return pairs + list(extra.items())

    def _obey(self, answer: Answer, message: Message, number: Number) -> None:
        """Send what a `<Response><Message>` asks for, at most ten texts."""
        if answer.status != 200 or len(answer.body) > MAX_TWIML_BYTES or b"<Message" not in answer.body:
            return
        try:
            root = ElementTree.fromstring(answer.body)
        except ElementTree.ParseError:
            return
        for element in list(root.iter("Message"))[:MAX_TWIML_REPLIES]:
            inner = element.find("Body")
            body = ((inner.text if inner is not None else element.text) or "").strip()
            if body:
                self._send_reply(
                    body, element.get("to") or message.sender, number, element.get("action") or ""
                )

    def _loops(self, person: str, number: Number) -> bool:
        """More than 15 replies between two numbers within 30 s: Twilio's guard against loops."""
        since = time.time() - 30
        recent = self.carrier.by_person.get(person, [])[-40:]
        replies = [m for m in recent if m.direction == "outbound-reply" and m.business == number.number]
        return sum(1 for m in replies if m.created > since) >= MAX_REPLIES_PER_PAIR

    def _send_reply(self, body: str, person: str, number: Number, callback: str) -> None:
        carrier = self.carrier
        now = time.time()
        error = 21610 if carrier.is_blocked(person, number) else 14107 if self._loops(person, number) else 0
        message = Message(
            carrier.next_sid(), number.account, person, number.number, body, "outbound-reply",
            "failed" if error else "queued", now, number.service, callback, parts=count_parts(body), updated=now,
            error=error,
        )  # fmt: skip
        carrier.keep(message)
        if not error:
            carrier.waiting += 1
            number.waiting += 1
            self.lifecycle.start(message, number)


def _show(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "status": answer.status,
        "ms": round(answer.ms, 2),
        "body": answer.body.decode("utf-8", "replace")[:4000],
        "begin_ns": answer.begin_ns,
        "answered_ns": answer.end_ns,
    }
