"""The design language: every sign speaks, every partial is shown, nothing inline, both themes from one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from tenants.templatetags import drawing, ui, vocabulary

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"
# E-mails are no pages: those who read them load no style sheet.
PAGES = sorted(page for page in TEMPLATES.rglob("*.html") if page.parent.name != "mail")
PARTS = sorted((TEMPLATES / "parts").glob("*.html"))
# Pieces of the frame and of the log-in are seen on every page, so the design page need not name them.
FRAME = {
    "head", "hatch", "flash", "frame_side", "frame_phone", "frame_layers", "member_menu", "tenant_face",
    "password_field",
}  # fmt: skip


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def symbols(name: str) -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / name).read_text()))


def design_page() -> str:
    return render_to_string("tenants/design.html", {"frame": {"nav": [], "tenant": None}})


# ── signs ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_state_of_the_vocabulary_has_a_drawn_sign() -> None:
    assert symbols("signs.svg") == set(vocabulary.TERMS)


@pytest.mark.parametrize("state", list(vocabulary.TERMS))
@pytest.mark.parametrize("size", ui.SIGN_SIZES)
def test_a_sign_renders_in_every_size_with_its_accessible_name(state: str, size: int) -> None:
    html = render("{% sign state size label %}", state=state, size=size, label="Its name")
    assert f"signs.svg#{state}" in html
    assert f'width="{size}"' in html
    assert 'role="img" aria-label="Its name"' in html


@pytest.mark.parametrize(
    ("state", "label", "long"),
    [
        ("opted_in", "Opted in", "Opted in to Offers"),
        ("opted_out", "Opted out", "Opted out of Offers"),
        ("pending", "Pending", "Pending, no YES yet"),
        ("unknown", "Unknown", "Unknown, never asked"),
        ("on_hold", "On hold", "On hold, a reply must be read"),
    ],
)
def test_a_permission_is_read_by_sign_and_words(state: str, label: str, long: str) -> None:
    short_html = render("{% permission_label state %}", state=state)
    assert f"#{state}" in short_html and f"<span>{label}</span>" in short_html
    assert long in render("{% permission_label state 'Offers' long=True %}", state=state)
    named = render("{% permission_label state 'Offers' named=True %}", state=state)
    assert f'Offers<span class="sc-vh">: {label}</span>' in named


@pytest.mark.parametrize(
    ("status", "senders", "sign", "words"),
    [
        ("active", "", "active", "Active"),
        ("stopped", "", "stopped", "Stopped · all"),
        ("stopped", "all", "stopped", "Stopped · all"),
        ("stopped", ["Offers", "Orders"], "stopped_some", "Stopped · Offers, Orders"),
        ("blocked", "Offers", "blocked", "Blocked"),
    ],
)
def test_a_status_always_shows_its_reach(status: str, senders: object, sign: str, words: str) -> None:
    html = render("{% status_pill status senders %}", status=status, senders=senders)
    assert f"#{sign}" in html
    assert f"<span>{words}</span>" in html


def test_the_pill_of_a_hostile_sender_name_is_escaped() -> None:
    html = render("{% status_pill 'stopped' senders %}", senders="<script>x</script>")
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_a_page_cannot_invent_a_state_or_a_size() -> None:
    with pytest.raises(ValueError, match="No sign for state"):
        render("{% sign 'paused' %}")
    with pytest.raises(ValueError, match="Signs are drawn at"):
        render("{% sign 'active' 17 %}")


def test_the_dash_of_a_person_answered_for_by_their_own_sign_is_read_out() -> None:
    assert "see the status of the person" in render("{% permission_label '' %}")


# ── templates ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_template_has_inline_style_script_or_handler(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<style|\sstyle\s*=", text), "inline style"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "inline handler"
    assert "javascript:" not in text
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or "application/json" in tag, f"inline script: {tag}"


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    have = symbols("icons.svg")
    for page in PAGES:
        wanted = set(re.findall(r'\{% icon "([^"]+)"', page.read_text()))
        wanted |= set(re.findall(r'\|default:"([a-z0-9-]+)" \d+ %}', page.read_text()))
        assert wanted <= have, f"{page.name}: {wanted - have}"


def test_every_partial_says_its_variables() -> None:
    for part in PARTS:
        assert re.search(r"Variables:|No variables", part.read_text()[:1200]), (
            f"{part.name} has no comment on top"
        )


def test_every_partial_is_shown_and_named_on_the_design_page() -> None:
    html = design_page()
    missing = [part.stem for part in PARTS if part.stem not in FRAME and part.stem not in html]
    assert missing == []


def test_the_design_page_shows_every_sign_with_its_label() -> None:
    html = design_page()
    for state in vocabulary.TERMS:
        assert f"signs.svg#{state}" in html, state
    for label in (
        "Active",
        "Stopped · all",
        "Stopped · Offers",
        "Blocked",
        "Opted in",
        "Opted out",
        "Pending",
    ):
        assert label in html
    assert "style=" not in html


def test_the_title_repeats_the_heading_without_tags() -> None:
    html = render(
        '{% extends "base.html" %}{% block title %}Demo <b>Contact</b> 0142{% endblock %}',
        frame={"nav": [], "tenant": {"name": "Demo Bakery"}},
    )
    assert "<title>Demo Contact 0142 · Demo Bakery</title>" in html


def test_the_navigation_shows_what_leads_somewhere_and_marks_this_page() -> None:
    nav = [
        {"key": "home", "label": "Home", "icon": "home", "url": "/"},
        {"key": "contacts", "label": "Contacts", "icon": "users", "url": "/contacts/"},
        {"key": "bots", "label": "Bots", "icon": "robot", "url": ""},
    ]
    request = RequestFactory().get("/contacts/142/")
    context = {"frame": {"nav": nav}, "request": request}
    html = render(
        "{% nav_items as items %}{% for i in items %}{{ i.key }}:{{ i.current }} {% endfor %}", **context
    )
    assert html == "home:False contacts:True "
    kept = render(
        "{% nav_items as items %}{% for i in items %}{{ i.current }} {% endfor %}", **context, nav_key="home"
    )
    assert kept == "True False "


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_band_places_its_segments_end_to_end() -> None:
    placed = drawing.band([{"count": 25}, {"count": 0}, {"count": 75}], None)
    assert [(s["x"], s["size"]) for s in placed] == [
        ("0.000%", "25.000%"),
        ("25.000%", "0.000%"),
        ("25.000%", "75.000%"),
    ]


def test_a_funnel_cuts_from_the_end_and_keeps_the_rest() -> None:
    rows = [
        {"count": 100},
        {"count": 30, "minus": True},
        {"count": 20, "minus": True},
        {"count": 50, "total": True},
    ]
    placed = drawing.funnel(rows)
    assert [(r["x"], r["size"]) for r in placed] == [
        ("0.000%", "100.000%"), ("70.000%", "30.000%"), ("50.000%", "20.000%"), ("0.000%", "50.000%"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "used", "capacity", "fills"),
    [(1, 80, 160, [50, 0]), (2, 180, 306, [100, 18, 0]), (0, 0, 0, [0]), (1, 160, 160, [100, 0])],
)
def test_part_blocks_show_how_full_each_part_is(
    parts: int, used: int, capacity: int, fills: list[int]
) -> None:
    assert drawing.part_blocks(parts, used, capacity) == fills


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Walk Person 33", "WP"),
        ("Demo Bakery", "DB"),
        ("ada", "A"),
        ("«Élodie» von Ørsted", "ÉØ"),
        ("", ""),
        ("+1 202-555-0142", ""),
    ],
)
def test_initials_tell_people_apart(name: str, short: str) -> None:
    assert drawing.initials(name) == short


@pytest.mark.parametrize("name", ["", None, "+12025550142"])
def test_a_person_without_a_name_has_the_sign_of_a_person(name: str | None) -> None:
    """Red with digits of the number, or a question mark, in the avatar."""
    assert 'data-icon="user"' in ui.initials(name)


def test_widths_are_classes_and_never_leave_the_bar() -> None:
    assert (
        render("{{ a|width:b }} {{ c|width:b }} {{ d|width:b }}", a=62, b=100, c=900, d=None)
        == "sc-w-62 sc-w-100 sc-w-0"
    )


def test_numbers_in_attributes_carry_no_separators() -> None:
    assert render("{{ n|raw }}", n=1234567) == "1234567"


# ── style sheets ──────────────────────────────────────────────────────────────────────────────────────


def test_every_token_in_use_is_defined_once() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    defined = re.findall(r"^\s*(--sc-[\w-]+):", tokens, re.M)
    assert len(defined) == len(set(defined))
    for sheet in (STATIC / "css").glob("*.css"):
        text = sheet.read_text()
        used = set(re.findall(r"var\((--sc-[\w-]+)", text))
        # The staff admin has a frame of its own, whose tokens are set beside their use.
        own = set(re.findall(r"(--sc-adm-[\w-]+):", text)) if sheet.name == "admin.css" else set()
        assert used <= set(defined) | own, f"{sheet.name}: {used - set(defined) - own}"


def test_colours_live_in_tokens_with_both_themes() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    for name in ("canvas", "surface", "ink", "accent", "yes", "no", "wait", "unknown", "blocked"):
        assert re.search(rf"--sc-{name}: light-dark\(#[0-9A-F]{{6}}, #[0-9A-F]{{6}}\);", tokens), name


def test_no_style_sheet_or_script_calls_another_host() -> None:
    ours = [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js"), *PAGES]
    for path in ours:
        found = re.findall(r"(?:src|href|url\()\s*=?\s*[\"']?(https?:)?//(?!www\.w3\.org)", path.read_text())
        assert not found, path.name


def test_every_vendored_folder_keeps_its_licence() -> None:
    for folder in (STATIC / "vendor").iterdir():
        if folder.is_dir():
            assert list(folder.glob("LICENSE*")), folder.name
