"""What happens to a text after it was taken: sent, then delivered or not, each told to the StatusCallback."""

import asyncio
import time
from collections.abc import Callable

from simulator.carrier import Carrier
from simulator.model import API_VERSION, Message, Number
from simulator.validation import blocked_as
from simulator.webhooks import Job, Sender

FAILED_NOT_UNDELIVERED = frozenset({30001, 30002, 30034, 30032, 30033, 21610})


class Lifecycle:
    """Moves messages along and calls back. `listeners` hear (message, event), which is how scripts react."""

    def __init__(self, carrier: Carrier, sender: Sender) -> None:
        self.carrier, self.sender = carrier, sender
        self.listeners: list[Callable[[Message, str], None]] = []

    def start(self, message: Message, number: Number | None, send_at: float = 0.0) -> None:
        """Plan the message's way."""
        loop = asyncio.get_running_loop()
        if send_at:
            loop.call_later(max(0.0, send_at - time.time()), self._leave, message, number)
            return
        if self.listeners:
            self._tell(message, "accepted")
        self._leave(message, number)

    def _leave(self, message: Message, number: Number | None) -> None:
        carrier = self.carrier
        if message.status == "canceled":
            return
        loop, dice, behaviour = asyncio.get_running_loop(), carrier.dice, carrier.behaviour
        status, error = self.outcome(message, number)
        sent_in = dice.seconds(behaviour.sent_ms)
        final_in = max(dice.seconds(behaviour.delivered_ms), sent_in)
        if status == "failed":
            loop.call_later(sent_in, self._move, message, status, error)
            return
        late = bool(behaviour.shuffled_rate) and dice.hit(behaviour.shuffled_rate)
        loop.call_later(sent_in, self._move, message, "sent", 0, late)
        if status != "sent":
            loop.call_later(final_in, self._move, message, status, error)
        if late:
            loop.call_later(final_in + 0.05, self.call_back, message, "sent", 0)

    def outcome(self, message: Message, number: Number | None) -> tuple[str, int]:
        """Return the final status and error code of a message: per person, then blocks, then by chance."""
        carrier, behaviour = self.carrier, self.carrier.behaviour
        personal = carrier.outcomes.get(message.to)
        if personal and personal.get("status"):
            return str(personal["status"]), int(personal.get("error", 0))
        if personal and personal.get("error"):
            return _ending(int(personal["error"])), int(personal["error"])
        late_no = number is not None and blocked_as(number) != 21610
        if number is not None and late_no and carrier.is_blocked(message.to, number):
            return "undelivered", blocked_as(number)
        if not behaviour.delivers:
            return "undelivered", 30003
        if carrier.dice.hit(behaviour.spam_rate):
            return "undelivered", 30007
        for code, rate in behaviour.failure_rates.items():
            if carrier.dice.hit(rate):
                return _ending(int(code)), int(code)
        return "delivered", 0

    def _move(self, message: Message, status: str, error: int = 0, silent: bool = False) -> None:
        carrier = self.carrier
        if carrier.messages.get(message.sid) is not message:
            return
        carrier.set_status(message, status, error)
        if self.listeners:
            self._tell(message, status)
        if not silent:
            self.call_back(message, status, error)

    def _tell(self, message: Message, event: str) -> None:
        for listener in self.listeners:
            listener(message, event)

    def call_back(self, message: Message, status: str, error: int = 0) -> None:
        """Send the status callback, as often as the carrier's settings say."""
        carrier = self.carrier
        behaviour = carrier.behaviour
        if not message.callback or not behaviour.callbacks or carrier.dice.hit(behaviour.lost_rate):
            return
        job = self.status_job(message, status, error)
        if job is None:
            return
        self.sender.submit(job)
        if carrier.dice.hit(behaviour.doubled_rate):
            self.sender.submit(job.again())

    def status_job(self, message: Message, status: str, error: int) -> Job | None:
        """Return the callback in Twilio's form, or None when the account is gone."""
        account = self.carrier.accounts.get(message.account)
        if account is None:
            return None
        pairs = [
            ("SmsSid", message.sid),
            ("SmsStatus", status),
            ("MessageStatus", status),
            ("To", message.to),
            ("MessageSid", message.sid),
            ("AccountSid", message.account),
            ("From", message.sender),
            ("ApiVersion", API_VERSION),
        ]
        if message.service:
            pairs.append(("MessagingServiceSid", message.service))
        if error:
            pairs.append(("ErrorCode", str(error)))
        if status in ("delivered", "undelivered"):
            pairs.append(("RawDlrDoneDate", time.strftime("%y%m%d%H%M", time.gmtime())))
        return Job("status", account, message, message.callback, pairs, status)


def _ending(code: int) -> str:
    return "failed" if code in FAILED_NOT_UNDELIVERED else "undelivered"
