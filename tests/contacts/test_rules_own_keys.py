"""Keys of own fields made from headers in any script (G3).

Mutations tried: digits taken as they come → "2026 total"; the second translation in `plain` left out → Ελληνικά;
`key not in used` left out → no two columns; labels not looked up, or the known label's spelling → a field that is
known; `field_key(header)` in `mapping` → the page.
"""

from __future__ import annotations

import pytest

from contacts.import_showing import mapping
from contacts.models import ImportJob
from contacts.rules.mapping import field_key, field_keys
from messaging.rules.merge import compile_text


@pytest.mark.parametrize(
    ("header", "key"),
    [("Ελληνικά", "ellinika"), ("Кириллица", "kirillitsa"), ("Größe", "grosse"), ("Smørrebrød", "smorrebrod"),
     ("日本語", "field"), ("2026 total", "own_2026_total"), ("Name", "own_name")],
)  # fmt: skip
def test_a_key_can_be_named_in_a_text(header: str, key: str) -> None:
    assert field_key(header) == key
    assert compile_text(f"{{{{ {key} }}}}").fields == {key}


def test_no_two_columns_of_a_file_share_a_key() -> None:
    header = ["日本語", "中文", "Город", "gorod", "한국어"]
    assert field_keys(header, {}) == ["field", "field_2", "gorod", "gorod_2", "field_3"]


def test_a_field_that_is_known_is_filled_again() -> None:
    own = {"field": "日本語", "field_2": "中文", "loaf": "Favourite", "gr_e": "Größe"}
    assert field_keys(["中文", "日本語", "Loaf", "größe"], own) == ["field_2", "field", "loaf", "gr_e"]
    # Neither another name without a spelling, nor one that only looks like the key, nor a second column.
    assert field_keys(["한국어", "Field", "loaf", "LOAF!"], own) == ["field_3", "field_4", "loaf", "loaf_2"]


def test_the_page_offers_each_column_a_field_of_its_own(scope: int) -> None:
    job = ImportJob(header=["日本語", "中文"], sample=[], mapping={"targets": ["", ""]})
    assert [row["choices"][-1][0] for row in mapping(job, None)] == ["field:field", "field:field_2"]
