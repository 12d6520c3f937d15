"""Template tags of the design language: signs, icons, labels and figures drawn without inline styles.

Loaded for every template (settings, `builtins`), so pages need no `{% load %}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from tenants.templatetags import drawing, vocabulary

register = template.Library()

SIGN_SIZES = (13, 16, 22, 34, 44)


@register.simple_tag
def sign(state: str, size: int = 16, label: str = "") -> SafeString:
    """The sign of a state at 13, 16, 22, 34 or 44 px; without `label` it is decoration beside its words."""
    vocabulary.term(state)
    if size not in SIGN_SIZES:
        raise ValueError(f"Signs are drawn at {SIGN_SIZES} px, not {size}")
    name = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    href = f"{static('img/signs.svg')}#{state}"
    return format_html(
        '<svg class="sc-sign sc-sign--{} is-{}" width="{}" height="{}" viewBox="0 0 16 16" {}>'
        '<use href="{}"/></svg>',
        str(size), state, str(size), str(size), name, href,
    )  # fmt: skip


@register.simple_tag
def icon(name: str, size: int = 17, label: str = "") -> SafeString:
    """An outline icon of the sprite `img/icons.svg`, in the colour of the text around it."""
    access = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    href = f"{static('img/icons.svg')}#{name}"
    return format_html(
        '<svg class="sc-icon sc-icon--{}" data-icon="{}" width="{}" height="{}" viewBox="0 0 24 24" {}>'
        '<use href="{}"/></svg>',
        str(size), name, str(size), str(size), access, href,
    )  # fmt: skip


@register.simple_tag
def status_pill(status: str, senders: str | Iterable[object] = "", long: bool = False) -> SafeString:
    """A person's status with its reach: Active · Stopped · Offers · Stopped · all · Blocked.

    `status` is active, stopped or blocked; `senders` the names of the stopped senders ('' or 'all' = all).
    """
    state = vocabulary.status_state(status, senders)
    text = vocabulary.label_of(state, sender=vocabulary.names(senders), long=long)
    pill = " is-pill" if vocabulary.term(state).pill else ""
    return format_html(
        '<span class="sc-status is-{}{}">{}<span>{}</span></span>', state, pill, sign(state, 16), text
    )


@register.simple_tag
def permission_label(
    state: str, sender: str = "", long: bool = False, named: bool = False, size: int = 16
) -> SafeString:
    """A permission of one sender: sign and words. `named` shows the sender's name, the state in its name.

    An empty `state` gives the dash of a person whose own sign answers for every sender.
    """
    if not state:
        return mark_safe(
            '<span class="sc-dash"><span aria-hidden="true">–</span>'
            '<span class="sc-vh">see the status of the person</span></span>'
        )
    text = vocabulary.label_of(state, sender=sender, long=long)
    if named and sender:
        return format_html(
            '<span class="sc-perm sc-perm--named is-{}">{}<span>{}<span class="sc-vh">: {}</span></span></span>',
            state, sign(state, size), sender, text,
        )  # fmt: skip
    return format_html('<span class="sc-perm is-{}">{}<span>{}</span></span>', state, sign(state, size), text)


@register.simple_tag
def state_label(state: str, sender: str = "", n: str = "", long: bool = False) -> str:
    """Only the words of a state, for titles, exports and accessible names."""
    return vocabulary.label_of(state, sender=sender, n=n, long=long)


@register.simple_tag
def vocabulary_terms() -> list[tuple[str, vocabulary.Term]]:
    """Every state with its term, in the order of the design page."""
    return list(vocabulary.TERMS.items())


@register.simple_tag(takes_context=True)
def nav_items(context: Context) -> list[dict[str, Any]]:
    """The navigation entries that lead somewhere, the one of this page marked `current`.

    Reads `frame.nav`; the page may say `nav_key`, else the longest address that begins this one wins.
    """
    frame = context.get("frame")
    nav = frame.get("nav", []) if isinstance(frame, Mapping) else getattr(frame, "nav", [])
    items = [dict(item) for item in nav if item.get("url")]
    wanted = context.get("nav_key") or _nav_key(items, getattr(context.get("request"), "path", ""))
    for item in items:
        item["current"] = item.get("key") == wanted
    return items


def _nav_key(items: Sequence[Mapping[str, Any]], path: str) -> str:
    fitting = [item for item in items if path == item["url"] or _begins(path, str(item["url"]))]
    return str(max(fitting, key=lambda item: len(str(item["url"])))["key"]) if fitting else ""


def _begins(path: str, url: str) -> bool:
    return url != "/" and path.startswith(url.rstrip("/") + "/")


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> str:
    """The text of a block a second time, without tags: lets `<title>` repeat the heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return "" if block is None else " ".join(strip_tags(block.nodelist.render(context)).split())


@register.filter
def width(part: Any, whole: Any = 100) -> str:
    """A class for a bar's width in whole percent: `{{ done|width:total }}` gives `sc-w-62`."""
    return f"sc-w-{round(drawing.share(part, whole))}"


@register.filter
def svg_share(part: Any, whole: Any = 100) -> str:
    """`part` of `whole` as a percent text for attributes of SVG: '33.000%'."""
    return f"{drawing.share(part, whole):.3f}%"


@register.filter
def percent(part: Any, whole: Any = 100) -> str:
    """'62', or one decimal below ten: '0.3'. The caller writes the sign with a thin space."""
    value = drawing.share(part, whole)
    return f"{value:.1f}" if 0 < value < 10 else f"{value:.0f}"


@register.filter
def initials(name: Any) -> str:
    """What stands in an avatar: 'Demo Bakery' DB, 'Walk Person 33' WP; a person's sign where no name is known."""
    return drawing.initials(str(name or "")) or icon("user", 16)


@register.filter
def raw(value: Any) -> str:
    """A value without separators for attributes and addresses: 12345, never 12,345."""
    return str(value)


@register.simple_tag
def band(segments: Sequence[Mapping[str, Any]], total: int | None = None) -> list[dict[str, Any]]:
    """Segments of a band placed one after another: each gains `x` and `size`, as percent texts."""
    return drawing.band(segments, total)


@register.simple_tag
def funnel(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a funnel: the first is the whole, each `minus` row is cut from its end, others keep the rest."""
    return drawing.funnel(rows)


@register.simple_tag
def part_blocks(parts: int, used: int, capacity: int) -> list[int]:
    """How full each part is, in percent, and one empty block after the last."""
    return drawing.part_blocks(parts, used, capacity)


@register.simple_tag
def spark(values: Sequence[float], tone: str = "accent") -> SafeString:
    """A spark line of 84 by 28, `tone` accent, yes or no; decoration, its sentence stands beside it."""
    line, area, last = drawing.spark(values)
    if not line:
        return mark_safe("")
    return format_html(
        '<svg class="sc-spark is-{}" viewBox="0 0 84 28" width="84" height="28" aria-hidden="true">'
        '<polygon points="{}"/><polyline points="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>',
        tone, area, line, last[0], last[1],
    )  # fmt: skip


@register.filter
def mark_text(text: Any) -> SafeString:
    """A sentence whose *starred* words stand out: the one mark-up that partials accept in plain text."""
    pieces = str(text).split("*")
    if len(pieces) % 2 == 0:
        return conditional_escape(text)
    marked = (
        format_html("<b>{}</b>", piece) if at % 2 else conditional_escape(piece)
        for at, piece in enumerate(pieces)
    )
    return mark_safe("".join(marked))
