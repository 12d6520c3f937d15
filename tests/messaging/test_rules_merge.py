"""Merge fields: what is allowed, what is refused, and that nothing a value holds is ever run."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.rules.merge import UnknownField, compile_text
from tenants.rules import Refused
from tests.pace import cost


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Hi {{ first_name }}!", {"first_name": "Ann"}, "Hi Ann!"),
        ('Hi {{ first_name | default: "there" }}!', {}, "Hi there!"),
        ('Hi {{ first_name | default: "there" }}!', {"first_name": "  "}, "Hi there!"),
        ("Hi {{ first_name | default: \u201cthere\u201d }}!", {"first_name": None}, "Hi there!"),
        (
            "{{first_name|upcase}} {{ city | titlecase }}",
            {"first_name": "ann", "city": "new york"},
            "ANN New York",
        ),
        ("{{ fields.city | default: 'town' }}", {"fields": {"city": "Bern"}}, "Bern"),
        ("{{ fields.city | default: 'town' }}", {}, "town"),
        ("{% if vip %}VIP{% else %}you{% endif %}", {"vip": "yes"}, "VIP"),
        ("{% if vip %}VIP{% else %}you{% endif %}", {"vip": ""}, "you"),
        ("{% if city == 'Bern' %}A{% elsif city %}B{% endif %}", {"city": "Basel"}, "B"),
        ("{{ visit | date: '%A, %-d %B' }}", {"visit": date(2026, 3, 5)}, "Thursday, 5 March"),
        ("{{ visit | date: '%H:%M' }}", {"visit": "2026-03-05T09:30:00+00:00"}, "09:30"),
        ("{{ visit | date: '%H:%M' }}", {"visit": "soon"}, "soon"),
        ("{{ note | truncate: 8 }}", {"note": "a long note"}, "a lon..."),
        ("100% off }} {x}", {}, "100% off }} {x}"),
        ("{{ points }} points", {"points": 12}, "12 points"),
    ],
)
def test_rendering(text: str, values: dict[str, object], expected: str) -> None:
    assert compile_text(text).render(values) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        "{{ phone }}",
        "{% for x in (1..99999999) %}x{% endfor %}",
        "${7*7}",
        "{name.__class__}",
        "<b>",
        "{{{{",
        "%}",
    ],
)
def test_values_are_never_read_as_templates(value: str) -> None:
    text = 'Hi {{ name | default: "x" }}{% if name %}!{% endif %}'
    assert compile_text(text).render({"name": value, "phone": "+12025550142"}) == f"Hi {value}!"


@pytest.mark.parametrize(
    "text",
    [
        "{{ name",
        "{{ }}",
        "{{ a b }}",
        "{% for x in y %}{% endfor %}",
        "{% assign a = 1 %}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% capture a %}x{% endcapture %}",
        "{% raw %}x{% endraw %}",
        "{% comment %}x{% endcomment %}",
        "{% liquid echo a %}",
        "{% cycle 'a', 'b' %}",
        "{% if a %}",
        "{% endif %}",
        "{% if (1..1000000000) contains 5 %}x{% endif %}",
        "{{ (1..1000000000) }}",
        "{{ name | nope }}",
        "{{ name | truncate: 'x' }}",
        "{{ name | replace }}",
        "{{ name | split: ',' }}",
        "{{ name | times: 9 }}",
        "{{ a.b.c }}",
        "{{ a['b c'] }}",
        "{{ a[b] }}",
        "{{ name.__class__ | date: '%1000000d' }}{{ visit | date: '%Q' }}{% x",
        "{{ name | append: '" + "x" * 1500 + "' | append: '" + "x" * 1500 + "' }}",
        "{% if a %}" * 12 + "x" + "{% endif %}" * 12,
        "x" * 4001,
    ],
)
def test_the_rest_of_liquid_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        compile_text(text)
    assert refused.value.code == "template_invalid"
    assert len(refused.value.message) > 15


def test_fields_are_listed_and_unknown_ones_get_a_hint() -> None:
    compiled = compile_text("{{ frist_name }} {% if fields.city == 'x' %}{{ zzz }}{% endif %}")
    assert compiled.fields == {"frist_name", "fields.city", "zzz"}
    known = ("first_name", "last_name", "fields.city")
    assert compiled.unknown(known) == (UnknownField("frist_name", "first_name"), UnknownField("zzz", None))
    with pytest.raises(Refused, match="Did you mean first_name") as refused:
        compile_text("Hi {{ frist_name }}", frozenset(known))
    assert refused.value.code == "unknown_field"
    assert compile_text("Hi {{ first_name }}", frozenset(known)).fields == {"first_name"}


def test_long_texts_and_values_are_bounded() -> None:
    assert len(compile_text("{{ a }}").render({"a": "x" * 10_000})) == 500
    with pytest.raises(Refused) as refused:
        compile_text("{{ a }}{{ a }}{{ a }}{{ a }}").render({"a": "x" * 10_000})
    assert refused.value.code == "too_long"


def test_multiplying_filters_stop_early() -> None:
    text = "{{ a | replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' }}"
    compiled = compile_text(text)
    with pytest.raises(Refused) as refused:
        compiled.render({"a": "a" * 500})
    assert refused.value.code == "render_error"


def test_what_cannot_be_sent_is_cleaned() -> None:
    assert compile_text("a\x00b {{ n }}").render({"n": "x\x00\ud800\x1by\n"}) == "ab xy\n"


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_text_is_compiled_or_refused(text: str, value: str) -> None:
    for candidate in (text, "{{" + text + "}}", "{% if " + text + " %}x{% endif %}"):
        try:
            compile_text(candidate).render({"a": value})
        except Refused as refused:
            assert refused.code in ("template_invalid", "render_error", "too_long")


def test_many_renders_a_second() -> None:
    text = 'Hi {{ first_name | default: "there" }}, {{ fields.city }}: {% if vip %}for you{% else %}sale{% endif %}!'
    compiled = compile_text(text)
    values = {"first_name": "Ann", "fields": {"city": "Bern"}, "vip": "", "last_name": "B"}
    each = cost(lambda: compiled.render(values), 200, rounds=15)  # type: ignore[arg-type]
    print(f"{1 / each:,.0f} renders/s")
    assert 1 / each > 15_000  # 25,000 on that core; a busy neighbour on it takes a quarter


@given(
    st.lists(st.sampled_from(["Hi ", "{{ a }}", "{{b}}", " {{ a_b }} ", "}", "\n", "50% ", "€"]), max_size=8),
    st.dictionaries(
        st.sampled_from(["a", "b", "a_b"]), st.none() | st.text(max_size=20) | st.integers() | st.booleans()
    ),
)
def test_fields_that_stand_alone_are_filled_in_as_liquid_does(
    pieces: list[str], values: dict[str, object]
) -> None:
    """Mutation tried: a value put in as it came (no `clean_value`) → red."""
    compiled = compile_text("".join(pieces))
    by_liquid = replace(compiled, _plain=())
    assert compiled.render(values) == by_liquid.render(values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["Hi {{first_name}", "Hi {{ first_name", "Hi {{ city }} and {{ first_name }"]
)
def test_a_field_that_is_not_closed_is_named_in_plain_words(text: str) -> None:
    with pytest.raises(Refused) as caught:
        compile_text(text)
    assert (
        caught.value.message.startswith("A merge field is not closed: “{{")
        and "first_name" in caught.value.message
    )
