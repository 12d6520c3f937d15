"""The handset page: one server-made page, its parts as JSON for the poll, and a form that works without script."""

import json
import mimetypes
from dataclasses import asdict
from html import escape
from itertools import islice
from pathlib import Path
from string import Template
from time import localtime, strftime
from typing import Any
from urllib.parse import urlencode

from simulator import render
from simulator.forms import pairs_of
from simulator.httpd import Request
from simulator.inbound import Text
from simulator.model import Message, Number
from simulator.validation import E164, normal
from simulator.world import World

HERE = Path(__file__).parent
HEADERS = (
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\nCache-Control: no-cache\r\n"
)
PINNED_SHOWN, OTHERS_SHOWN, WIRE_SHOWN, THREAD_SHOWN = 20, 8, 40, 200
HTML = "text/html; charset=utf-8"
ICONS = ("signal", "reset", "plus", "wifi", "battery", "up")


class View:
    """What the page shows: which phone, which sender, and which requests."""

    def __init__(self, world: World, query: dict[str, str]) -> None:
        carrier = world.carrier
        self.asked = query.get("phone", "")
        wanted = normal(self.asked)
        self.problem = bool(self.asked) and not E164.fullmatch(wanted)
        self.phone = wanted if wanted and not self.problem else next(reversed(carrier.handsets), "")
        self.every = query.get("wire") == "all"
        self.messages = carrier.by_person.get(self.phone, [])[-THREAD_SHOWN:]
        self.number = self._number(world, query.get("sender", ""))

    def _number(self, world: World, asked: str) -> Number | None:
        numbers = world.carrier.numbers
        if asked in numbers:
            return numbers[asked]
        talked = [numbers[m.business] for m in reversed(self.messages) if m.business in numbers]
        return next(iter(talked), None) or next(iter(numbers.values()), None)

    @property
    def sender(self) -> str:
        return self.number.number if self.number else ""

    def address(self, **changes: str) -> str:
        """Return this page's address with changes."""
        parts = {"phone": self.phone, "sender": self.sender, **changes}
        return "/?" + urlencode({k: v for k, v in parts.items() if v})


class Pages:
    """GET /, GET /view, POST /send and the static files."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.template = Template((HERE / "page.html").read_text())
        self.files = {p.name: p.read_bytes() for p in (HERE / "static").iterdir() if p.is_file()}

    def handle(self, request: Request) -> None:
        """Answer a page request."""
        query = dict(pairs_of(request.query))
        answer = request.connection.answer
        if request.path == "/" and request.method == "GET":
            answer(200, self.page(query).encode(), HTML, HEADERS)
        elif request.path == "/view" and request.method == "GET":
            answer(200, json.dumps(self.view(query)).encode(), headers=HEADERS)
        elif request.path == "/send" and request.method == "POST":
            self._send(request)
        elif request.path.startswith("/static/") and request.path[8:] in self.files:
            kind = mimetypes.guess_type(request.path)[0] or "application/octet-stream"
            kind = "font/woff2" if request.path.endswith(".woff2") else kind
            answer(200, self.files[request.path[8:]], kind, HEADERS)
        else:
            answer(404, b"Nothing here.", "text/plain", HEADERS)

    def _send(self, request: Request) -> None:
        """Take the form without script: text, then back to the conversation."""
        form = dict(pairs_of(request.body.decode("utf-8", "replace")))
        origin = request.headers.get("origin", "")
        phone, sender = normal(form.get("phone", "")), form.get("sender", "")
        body = form.get("chip") or form.get("body", "")
        same = not origin or origin.partition("://")[2] == request.headers.get("host")
        if same and E164.fullmatch(phone) and sender in self.world.carrier.numbers and body:
            self.world.sender.spawn(self.world.inbound.receive(Text(phone, sender, body)))
        back = "/?" + urlencode({"phone": phone, "sender": sender})
        request.connection.answer(303, b"", "text/plain", f"Location: {back}\r\n{HEADERS}")

    # -- parts --------------------------------------------------------------------------------------------------

    def view(self, query: dict[str, str]) -> dict[str, Any]:
        """Return the parts that change, and the behaviour."""
        view = View(self.world, query)
        return {"parts": self._parts(view), "behaviour": asdict(self.world.carrier.behaviour)}

    def page(self, query: dict[str, str]) -> str:
        """Return the whole page."""
        view = View(self.world, query)
        parts = self._parts(view)
        parts["wire_rows"] = parts.pop("wire")
        disabled = not (view.phone and view.sender)
        error = "This is not a number a phone can have. Write it with its country, like +1 202-555-0142."
        return self.template.substitute(
            parts,
            phone=escape(view.phone),
            sender=escape(view.sender),
            wire="all" if view.every else "this",
            who=render.who(view.number, list(self.world.carrier.numbers.values())),
            switches=render.switches(asdict(self.world.carrier.behaviour)),
            chips=render.chips(disabled),
            segments=self._segments(view),
            disabled=" disabled" if disabled else "",
            typed=escape(view.asked) if view.problem else "",
            typed_bad=' aria-invalid="true"' if view.problem else "",
            add_open=" open" if view.problem else "",
            add_error=f'<p class="sc-error" role="alert">{error}</p>' if view.problem else "",
            **{f"icon_{name}": render.icon(name) for name in ICONS},
        )

    def _parts(self, view: View) -> dict[str, str]:
        carrier = self.world.carrier
        shown = [m for m in view.messages if m.business == view.sender and _on_the_phone(m)]
        if shown:
            carrier.pinned.setdefault(view.phone)
            carrier.seen[view.phone] = max(carrier.seen.get(view.phone, 0), view.messages[-1].seq)
        stop = carrier.stops.get((view.phone, view.sender))
        since = [
            m
            for m in shown
            if stop and m.direction == "outbound-api" and m.created * 1e9 > stop["answered_ns"]
        ]
        return {
            "facts": render.facts(carrier.waiting, carrier.rate_per_minute(), carrier.last_hook),
            "handsets": self._handsets(view),
            "clock": strftime("%H:%M", localtime()),
            "thread": render.thread(shown),
            "wire": render.wire(self._wire(view), view.every),
            "banner": render.banner(stop, since),
            "last": render.last_request(carrier.last_requests.get(view.phone)),
        }

    def _handsets(self, view: View) -> str:
        carrier = self.world.carrier
        # A running campaign moves thousands of phones a minute: the ones somebody cares about stay in place.
        people = list(islice(reversed(carrier.pinned), PINNED_SHOWN))
        others = (p for p in reversed(carrier.handsets) if p not in carrier.pinned)
        people += islice(others, OTHERS_SHOWN)
        if view.phone and view.phone not in people:
            people.insert(0, view.phone)
        if not people:
            return '<p class="sc-more">No handset yet. Add one, or text somebody.</p>'
        rows = [self._handset(person, view) for person in people]
        more = len(carrier.handsets) - len(people)
        if more > 0:
            rows.append(f'<p class="sc-more">{more:,} more. Add a number to open its phone.</p>')
        return "".join(rows)

    def _handset(self, person: str, view: View) -> str:
        carrier = self.world.carrier
        messages = [m for m in carrier.by_person.get(person, [])[-THREAD_SHOWN:] if _on_the_phone(m)]
        read = carrier.seen.get(person, 0)
        unread = sum(1 for m in messages if m.direction != "inbound" and m.seq > read)
        current = person == view.phone
        href = "/?" + urlencode({"phone": person})
        return render.handset(
            person, messages[-1] if messages else None, 0 if current else unread, current, href
        )

    def _wire(self, view: View) -> list[dict[str, Any]]:
        rows = reversed(self.world.carrier.wire)
        if not view.every:
            rows = (row for row in rows if row["person"] == view.phone)
        return list(islice(rows, WIRE_SHOWN))

    @staticmethod
    def _segments(view: View) -> str:
        choices = (("This phone", "", not view.every), ("All", "all", view.every))
        return "".join(
            f'<a href="{escape(view.address(wire=value))}"{" aria-current=page" if on else ""}>{label}</a>'
            for label, value, on in choices
        )


def _on_the_phone(m: Message) -> bool:
    """A phone shows what was delivered to it and what its owner wrote."""
    return m.direction == "inbound" or m.status == "delivered"
