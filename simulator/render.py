"""HTML of the handset page's parts. Every text from outside is escaped here."""

import re
import time
from html import escape
from typing import Any

from simulator.model import Message, Number

LINK = re.compile(
    r"(?:https?://[^\s<>\"]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:example|com|org|net|co|io|link)/[^\s<>\"]*)",
    re.I,
)
CHIPS = ("STOP", "START", "YES", "HELP", "please stop")
SWITCHES = (
    ("Delivers", "delivers", None),
    ("Answers STOP itself", "answers_keywords", None),
    ("Refuses after STOP (21610)", "refuses_after_stop", None),
    ("Filters 2 % as spam", "spam_rate", 0.02),
    ("Repeats webhooks", "doubled_rate", 1),
    ("Status out of order", "shuffled_rate", 1),
)
ARROWS = {"create": "out", "inbound": "in", "status": "in"}
PATHS = {"create": "POST /Messages", "inbound": "POST inbound", "status": "POST status"}


def icon(name: str) -> str:
    """Return a decorative icon from the sprite."""
    return f'<svg class="sc-icon" aria-hidden="true"><use href="/static/icons.svg#{name}"></use></svg>'


def pretty(number: str) -> str:
    """Return +12025550142 as +1 202-555-0142; other numbers as they are."""
    if re.fullmatch(r"\+1\d{10}", number):
        return f"+1 {number[2:5]}-{number[5:8]}-{number[8:]}"
    return number


def digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def bdi(number: str) -> str:
    return f'<bdi dir="ltr">{escape(pretty(number))}</bdi>'


def moment(at: float) -> str:
    """Return a separator's words: the day, with the time when it is today."""
    then, now = time.localtime(at), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("Today %H:%M", then)
    return f"{then.tm_mday} {time.strftime('%B %Y', then)}"


def clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at)) + f".{int(at * 1000) % 1000:03d}"


def span(ms: float) -> str:
    """Return a time as words."""
    return f"{ms:.0f} ms" if ms >= 1 else "under 1 ms"


# -- left -------------------------------------------------------------------------------------------------------


def handset(person: str, last: Message | None, unread: int, current: bool, href: str) -> str:
    """Return one line of the list of handsets."""
    words = escape(last.body[:90]) if last else "No texts yet"
    count = (
        f'<span class="sc-count"><span class="sc-hidden">unread: </span>{min(unread, 99)}</span>'
        if unread
        else ""
    )
    mark = ' aria-current="page"' if current else ""
    return (
        f'<a class="sc-handset" href="{escape(href)}" data-test="handset-{digits(person)}"{mark}>{icon("phone")}'
        f'<span class="sc-handset-text"><b>{bdi(person)}</b><span>{words}</span></span>{count}</a>'
    )


def switches(behaviour: dict[str, Any]) -> str:
    """Return the behaviour switches and the answering time."""
    rows = []
    for label, name, on in SWITCHES:
        checked = " checked" if behaviour[name] else ""
        value = "" if on is None else f' data-on="{on}"'
        rows.append(
            f'<label class="sc-switch"><span>{label}</span><input type="checkbox" role="switch" '
            f'data-behaviour="{name}" data-test="switch-{name}"{value}{checked}></label>'
        )
    latency = behaviour["latency_ms"]
    shown = f"{latency:g}" if isinstance(latency, int | float) else ""
    rows.append(
        '<label class="sc-switch"><span>Answers in</span><span class="sc-unit"><input class="sc-ms" type="number" '
        f'min="0" max="60000" step="10" data-behaviour="latency_ms" value="{shown}">ms</span></label>'
    )
    return "".join(rows)


# -- phone ------------------------------------------------------------------------------------------------------


def initials(name: str) -> str:
    words = [w for w in re.split(r"\W+", name) if w]
    return "".join(w[0] for w in words[:2]).upper() or "#"


def who(number: Number | None, everyone: list[Number]) -> str:
    """Return the head of the conversation; a choice of senders when there are several."""
    if number is None:
        return '<span class="sc-avatar">#</span><b>No sender yet</b><span class="sc-number">Configure a number</span>'
    name = escape(number.name or pretty(number.number))
    line = f'<span class="sc-number">{bdi(number.number)}</span>'
    if len(everyone) > 1:
        options = "".join(
            f'<option value="{escape(n.number)}"{" selected" if n is number else ""}>'
            f"{escape(pretty(n.number))}{' · ' + escape(n.name) if n.name and n is not number else ''}</option>"
            for n in everyone
        )
        line = f'<select class="sc-pick" data-test="sender-select" aria-label="Text this number">{options}</select>'
    return f'<span class="sc-avatar" aria-hidden="true">{escape(initials(number.name))}</span><b>{name}</b>{line}'


def linked(text: str) -> str:
    """Return the text escaped, its addresses as links."""
    out, at = [], 0
    for found in LINK.finditer(text):
        address = found.group(0).rstrip(".,!?)")
        href = address if address.lower().startswith("http") else f"https://{address}"
        out.append(escape(text[at : found.start()]))
        out.append(
            f'<a href="{escape(href)}" target="_blank" rel="noopener noreferrer">{escape(address)}</a>'
        )
        at = found.start() + len(address)
    return "".join(out) + escape(text[at:])


def thread(messages: list[Message]) -> str:
    """Return the conversation as bubbles, with the day or time where more than an hour has passed."""
    if not messages:
        return '<p class="sc-empty">No texts between this phone and this number yet.</p>'
    out, before = [], 0.0
    for m in messages:
        if m.created - before > 3600:
            out.append(f'<span class="sc-day">{moment(m.created)}</span>')
        before = m.created
        out.append(bubble(m))
    return "".join(out)


def bubble(m: Message) -> str:
    """Return one text: grey when the phone received it, filled when its owner wrote it."""
    body = linked(m.body.replace("\x00", "\N{SYMBOL FOR NULL}"))
    if m.direction != "inbound":
        note = '<span class="sc-meta">Answered by the carrier</span>' if m.tags == "carrier" else ""
        return f'<div class="sc-bubble sc-bubble-in" data-test="bubble-in" dir="auto">{body}</div>{note}'
    words, bad = taken(m.tags)
    extra = " sc-failed" if bad else ""
    return (
        f'<div class="sc-bubble sc-bubble-out{extra}" data-test="bubble-out" dir="auto">{body}</div>'
        f'<span class="sc-meta sc-meta-out{extra}">{words}</span>'
    )


def taken(tag: str) -> tuple[str, bool]:
    """Return what became of a person's text, and whether it failed; `tag` is the webhook's status."""
    if tag == "":
        return "Sending", False
    if tag == "none":
        return "Delivered, no webhook set", False
    if tag.isdigit() and 200 <= int(tag) < 300:
        return "Delivered", False
    return ("Webhook did not answer" if tag == "0" else f"Webhook answered {escape(tag)}"), True


def chips(disabled: bool) -> str:
    off = " disabled" if disabled else ""
    return "".join(
        f'<button class="sc-chip" name="chip" value="{word}" data-text="{word}" formnovalidate '
        f'data-test="chip-{word.replace(" ", "-")}"{off}>{word}</button>'
        for word in CHIPS
    )


# -- right ------------------------------------------------------------------------------------------------------


def wire(rows: list[dict[str, Any]], every: bool) -> str:
    """Return the table of requests, newest first."""
    if not rows:
        return '<p class="sc-empty">Nothing yet. Send a text, or launch a campaign.</p>'
    lines = "".join(_wire_row(row, every) for row in rows)
    return (
        '<div class="sc-wire" tabindex="0" role="region" aria-label="Requests"><table><thead><tr>'
        '<th scope="col">Time</th>'
        '<th scope="col">Request</th><th scope="col">What</th><th scope="col">Answer</th></tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _wire_row(row: dict[str, Any], every: bool) -> str:
    status = row["status"]
    answer = str(status) if status else "no answer"
    if row["kind"] == "inbound" and status:
        answer += f", {span(row['ms'])}"
    bad = " sc-answer-no" if not 200 <= status < 300 else ""
    what = ("…" + row["person"][-4:] + " · " if every else "") + _what(row)
    return (
        f'<tr><td class="sc-mono">{clock(row["at"])}</td><td><span class="sc-ask sc-mono">{icon(ARROWS[row["kind"]])}'
        f'{PATHS[row["kind"]]}</span></td><td class="sc-what" title="{escape(what)}">{escape(what)}</td>'
        f'<td><span class="sc-answer sc-mono{bad}">{answer}</span></td></tr>'
    )


def _what(row: dict[str, Any]) -> str:
    if row["kind"] == "inbound":
        quoted = f"“{row['what']}”"
        if row["bad"]:
            return f"{quoted}, bad signature"
        return f"{quoted}, repeat" if row["repeat"] else f"{quoted}, signed"
    return str(row["what"]) + (", repeat" if row.get("repeat") else "")


def last_request(last: dict[str, Any] | None) -> str:
    """Return the newest inbound webhook of this phone, with the two ways to send it once more."""
    if last is None:
        return '<p class="sc-empty">This phone has not sent a text yet.</p>'
    names = ("From", "To", "Body", "MessageSid", "OptOutType")
    lines = [p for p in last["raw"].split("&") if p.partition("=")[0] in names]
    lines.sort(key=lambda p: names.index(p.partition("=")[0]))
    lines.append(f"X-Twilio-Signature: {'wrong on purpose' if last['bad'] else 'valid'}")
    return (
        f'<pre class="sc-last" tabindex="0" data-test="last-request">{escape(chr(10).join(lines))}</pre>'
        f'<div class="sc-last-actions" data-sid="{escape(last["sid"])}" data-to="{escape(last["to"])}">'
        '<button type="button" class="sc-button" data-again="same" data-test="send-again">'
        f"{icon('repeat')}Send again</button>"
        '<button type="button" class="sc-button" data-again="bad" data-test="send-bad-signature">'
        f"{icon('shield-off')}Send with a bad signature</button></div>"
    )


def banner(stop: dict[str, Any] | None, since: list[Message]) -> str:
    """Return what followed this phone's last STOP, from the carrier's own clock."""
    if stop is None or stop.get("status") is None:
        return ""
    if not 200 <= stop["status"] < 300:
        answer = f"answered {stop['status']}" if stop["status"] else "did not answer"
        return _banner("no", "warn", "STOP was not taken.", f"The webhook {answer}. Send it again.")
    head = f"STOP was taken in {span(stop['ms'])}."
    if not since:
        return _banner("yes", "intact", head, "No text to this phone from this number has begun since.")
    words = since[-1].body[:70] + ("…" if len(since[-1].body) > 70 else "")
    if len(since) == 1:
        return _banner("yes", "intact", head, f"One text to this phone has begun since: “{words}”")
    return _banner(
        "wait", "warn", head, f"{len(since)} texts to this phone have begun since, the newest: “{words}”"
    )


def _banner(kind: str, sign: str, head: str, words: str) -> str:
    return f'<div class="sc-banner sc-banner-{kind}">{icon(sign)}<p><b>{escape(head)}</b> {escape(words)}</p></div>'


def facts(waiting: int, per_minute: int, last_hook: dict[str, Any] | None) -> str:
    """Return the figures in the page's head."""
    if last_hook is None:
        dot, words = "", "No webhook yet"
    elif 200 <= last_hook["status"] < 300:
        dot, words = (
            " sc-dot-yes",
            f"Webhooks {last_hook['status']}{' OK' if last_hook['status'] == 200 else ''}",
        )
    else:
        dot, words = " sc-dot-no", f"Webhooks {last_hook['status'] or 'not answered'}"
    return (
        f"<span>Queue <b>{waiting:,}</b></span><span>{per_minute:,} / min</span>"
        f'<span><i class="sc-dot{dot}"></i>{words}</span>'
    )
