"""A draft as its readers will see it: the text of real people, its parts, and what would make it shorter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.counting import counted
from campaigns.frequency import due_of, why
from campaigns.models import Campaign
from campaigns.rules.spans import Span, cut, mark, unmark
from contacts.models import Contact, FieldDefinition
from contacts.rules.merging import KNOWN_FIELDS, whole_name
from messaging.links import link_to, sample_links
from messaging.rules.body import with_footer
from messaging.rules.links import OPT_OUT_LINK, LinkIds, fill_link, has_link
from messaging.rules.merge import compile_text
from messaging.rules.parts import Parts, count_parts
from messaging.rules.wording import ALWAYS
from messaging.wording import Due
from tenants.rules import Refused

_COLUMNS = ("first_name", "last_name", "email", "language")
_FALLBACK = re.compile(r"""\{\{-?\s*([\w.]+)\s*\|\s*default:\s*["'“”]([^"'“”]*)["'“”]""")


@dataclass(frozen=True, slots=True)
class Preview:
    """The text of one person: `pieces` has one list of spans per part; `at` of `total` people of the sample."""

    name: str
    text: str
    parts: Parts
    pieces: list[list[Span]]
    at: int = 0
    total: int = 0
    worded: bool = True
    why: str = ""  # why they get the opt-out wording, or not

    @property
    def before(self) -> int:
        """The previous person of the sample."""
        return max(0, self.at - 1)

    @property
    def next(self) -> int:
        """The next person of the sample."""
        return self.at + 1

    @property
    def more(self) -> bool:
        """Whether there is a next one."""
        return self.at + 1 < self.total


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a composer shows of a text. `broken` says why it cannot be read ('' = it can).

    `both`: the parts of the shown person's text with the opt-out wording and without; `mean_parts` is of texts with
    it, `mean_bare` of texts without; `most_parts` is of texts like the one shown.
    """

    preview: Preview
    mean_parts: float
    most_parts: int
    unknown: dict[str, str] = field(default_factory=dict)
    fallbacks: dict[str, str] = field(default_factory=dict)
    broken: str = ""
    mean_bare: float = 1.0
    both: tuple[int, int] = (1, 1)
    labels: dict[str, str] = field(default_factory=dict)  # what people call each field

    def parts_for(self, people: int, worded: int) -> float:
        """Parts that `people` texts take together, of which `worded` carry the opt-out wording."""
        return worded * self.mean_parts + (people - worded) * self.mean_bare


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody of the sample."""

    name: str
    values: Mapping[str, Any]
    due: Due | None = None

    @property
    def worded(self) -> bool:
        """Whether their text would carry the wording, where the draft has one."""
        return self.due is None or self.due.due


def known_fields() -> dict[str, str]:
    """Names that may stand in a text, with what people call them."""
    own = FieldDefinition.objects.order_by("label").values_list("key", "label")
    fixed = {name: name.replace("_", " ") for name in KNOWN_FIELDS}
    named = {key: label for key, label in own if key not in fixed}
    return {**fixed, **named, OPT_OUT_LINK: "opt-out link"}


def merge_values(contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Merge values by contact: own fields below the fixed ones, as the sender process fills them in."""
    rows = Contact.objects.filter(pk__in=contact_ids).values("pk", "fields", *_COLUMNS)
    return {
        row["pk"]: {
            **(row["fields"] or {}),
            **{name: row[name] for name in _COLUMNS},
            "name": whole_name(row["first_name"], row["last_name"]),
        }
        for row in rows
    }


def fallbacks_of(text: str) -> dict[str, str]:
    """Merge fields with the words that stand in for an empty value."""
    return dict(_FALLBACK.findall(text))


def read_draft(campaign: Campaign, *, at: int = 0) -> Draft:
    """Render the draft for a sample of those who would get it, and show the `at`-th of them."""
    try:
        compiled = compile_text(campaign.text)
    except Refused as refused:
        return Draft(_plain(campaign), 1.0, 1, broken=refused.message)
    labels = known_fields()
    unknown = {one.name: one.nearest or "" for one in compiled.unknown(labels)}
    people = _people(campaign)
    readers = people or [_Reader("Someone", _nobodys(campaign))]
    at = max(0, min(at, len(readers) - 1))
    try:
        counts = [_counts(campaign, compiled.render(one.values), one.values) for one in readers]
        preview = _preview(campaign, readers[at], at=at, total=len(people))
    except Refused as refused:
        return Draft(
            _plain(campaign), 1.0, 1, unknown, fallbacks_of(campaign.text), refused.message, labels=labels
        )
    worded, bare = zip(*counts, strict=True)
    return Draft(
        preview,
        sum(worded) / len(worded),
        max(worded if preview.worded else bare),
        unknown,
        fallbacks_of(campaign.text),
        mean_bare=sum(bare) / len(bare),
        both=counts[at],
        labels=labels,
    )


def body_for(campaign: Campaign, contact_id: int) -> str:
    """The exact text one contact would get, the opt-out wording in it where the draft has one.

    Raises Refused like `compile_text` and `render`."""
    compiled = compile_text(campaign.text, frozenset(known_fields()))
    values = merge_values([contact_id]).get(contact_id, {})
    if has_link(campaign.text) or has_link(campaign.footer_text):
        values[OPT_OUT_LINK] = _link_of(campaign, contact_id)
    return _body(campaign, compiled.render(values), values)


def _link_of(campaign: Campaign, contact_id: int) -> str:
    """Their own link, of no campaign yet; '' without a sender number."""
    phone = Contact.objects.filter(pk=contact_id).values_list("phone_id", flat=True).first()
    if phone is None or campaign.sender_id is None:
        return ""
    return link_to(LinkIds(campaign.tenant_id, phone, campaign.sender_id))


def _sample_links(campaign: Campaign, contact_ids: Sequence[int]) -> dict[int, str]:
    """For the preview and the count of parts: as long as the real ones, and opening nothing."""
    wanted = has_link(campaign.text) or has_link(campaign.footer_text)
    if not wanted or campaign.sender_id is None:
        return {}
    phones = dict(Contact.objects.filter(pk__in=contact_ids).values_list("pk", "phone_id"))
    return sample_links(campaign.tenant_id, campaign.sender_id, phones)


def _counts(campaign: Campaign, rendered: str, values: Mapping[str, Any]) -> tuple[int, int]:
    """Parts of a text with the wording and without; the same twice where everybody's is alike."""
    worded = count_parts(_body(campaign, rendered, values)).parts
    if campaign.footer_every == ALWAYS:
        return worded, worded
    return worded, count_parts(_body(campaign, rendered, values, worded=False)).parts


def _body(campaign: Campaign, rendered: str, values: Mapping[str, Any], *, worded: bool = True) -> str:
    footer = campaign.footer_text if worded and campaign.footer != Campaign.Footer.NONE else ""
    filled = fill_link(footer, values.get(OPT_OUT_LINK, ""))
    return with_footer(rendered, filled, first=campaign.footer == Campaign.Footer.START)


def _plain(campaign: Campaign) -> Preview:
    text = _body(campaign, campaign.text, {})
    parts = count_parts(text)
    return Preview("", text, parts, cut([Span(text)], parts.folds))


def _preview(campaign: Campaign, reader: _Reader, *, at: int, total: int) -> Preview:
    compiled = compile_text(campaign.text)
    values, worded = reader.values, reader.worded
    text = _body(campaign, compiled.render(values), values, worded=worded)
    parts = count_parts(text)
    stand_ins = {
        key: mark(words)
        for key, words in fallbacks_of(campaign.text).items()
        if not str(values.get(key) or "")
    }
    spans = [Span(text)]
    if stand_ins:
        marked = unmark(_body(campaign, compiled.render({**values, **stand_ins}), values, worded=worded))
        # A filter may have eaten a mark: then the text stands without its underline rather than wrong.
        if "".join(span.text for span in marked) == text:
            spans = marked
    pieces = cut(spans, parts.folds)
    return Preview(reader.name, text, parts, pieces, at, total, worded, why(campaign, reader.due))


def _people(campaign: Campaign) -> list[_Reader]:
    """The first people who would get it."""
    ids: list[int] = counted(campaign).get("sample", [])
    values = merge_values(ids)
    for one, link in _sample_links(campaign, ids).items():
        values.setdefault(one, {})[OPT_OUT_LINK] = link
    due = due_of(campaign, ids)
    return [_Reader(_called(values.get(one, {}), one), values.get(one, {}), due.get(one)) for one in ids]


def _nobodys(campaign: Campaign) -> dict[str, Any]:
    """Values of a text that nobody would get yet: its link is as long as somebody's."""
    return {OPT_OUT_LINK: sample_links(campaign.tenant_id, campaign.sender_id or 0, {0: 1})[0]}


def _called(values: Mapping[str, Any], contact_id: int) -> str:
    name = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
    return name or f"Contact {contact_id}"
