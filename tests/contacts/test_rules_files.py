"""Files as people upload them: every case of the corpus from bytes to the outcome of each row."""

import csv
import io
import json
import time
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.rules.numbers import normalise
from contacts.rules.columns import clean_cell, guess
from contacts.rules.files import Row, Table, open_table
from contacts.rules.files.table import ROW_ERRORS
from tenants.rules import Refused

# The given files, and our own of the same kinds.
FOLDERS = [Path(__file__).parents[1] / "corpus" / name for name in ("import_files", "import_files_more")]
CASES = [
    (folder, case)
    for folder in FOLDERS
    for case in json.loads((folder / "manifest.json").read_text())["cases"]
]


def outcomes(table: Table) -> Counter[str]:
    """How many rows end as ok, with a row error, or with a phone error."""
    mapping = guess(table.header)
    phone = next(index for index, target in mapping.items() if target == "phone")
    found: Counter[str] = Counter()
    for row in table.rows:
        if row.cells is None:
            found[row.error] += 1
            continue
        verdict = normalise(clean_cell(row.cells[phone]))
        found["ok" if verdict.verdict != "reject" else f"phone:{verdict.reason}"] += 1
    return found


@pytest.mark.parametrize(("folder", "case"), CASES, ids=[case["name"] for _, case in CASES])
def test_corpus(folder: Path, case: dict[str, object]) -> None:
    data = (folder / str(case["name"])).read_bytes()
    expected = dict(case["expect"])  # type: ignore[call-overload]
    if expected["file"] == "reject":
        with pytest.raises(Refused) as refused:
            outcomes(open_table(io.BytesIO(data), name=str(case["name"])))
        assert refused.value.code == expected["code"]
        for detail in ("at_byte", "kind"):
            assert refused.value.detail.get(detail) == expected.get(detail) or detail not in expected
        return
    table = open_table(io.BytesIO(data), name=str(case["name"]))
    assert (table.encoding, table.delimiter, list(table.header)) == (
        expected["encoding"],
        expected["delimiter"],
        expected["header"],
    )
    assert outcomes(table) == expected["outcome"]
    assert sum(outcomes(open_table(io.BytesIO(data))).values()) == expected["rows"]


def rows(data: bytes | str, name: str = "") -> list[Row]:
    raw = data.encode() if isinstance(data, str) else data
    return list(open_table(io.BytesIO(raw), name=name).rows)


def test_line_numbers_are_physical() -> None:
    found = rows('phone,note\r\n"+12025550100","two\r\nlines"\r\n\r\n+12025550101\r\n+12025550102,x\r')
    assert [(row.line, row.error) for row in found] == [(2, ""), (5, "column_count"), (6, "")]
    assert found[0].cells == ("+12025550100", "two\r\nlines")


def test_lines_before_the_header_count() -> None:
    assert [row.line for row in rows("\r\n\nsep=;\r\nphone;name\r\na;b\r\n")] == [5]


def test_a_quote_too_many_swallows_no_row() -> None:
    """Red without the second reading: rows 3, "c" and 4 are in the cell of row 2, and nobody is told."""
    found = rows('phone,name\n1,"a"b\n2,"open\n3,c\n4,d "e" f\n5,"g"\n6,h\n')
    assert [(row.line, row.error or row.cells) for row in found] == [
        (2, "bad_quote"),
        (3, "bad_quote"),
        (4, ("3", "c")),
        (5, ("4", 'd "e" f')),
        (6, ("5", "g")),
        (7, ("6", "h")),
    ]
    assert {row.error for row in found} - {""} <= set(ROW_ERRORS)
    # The lines that are read again are looked at again, and a mark that closed a cell of the first reading opens none.
    found = rows('phone,name\n1,"a\n2,b\x07\n3,"c\n4,d\n')
    assert [row.error for row in found] == ["bad_quote", "control_character", "bad_quote", ""]


def test_many_quotes_too_many_end_soon() -> None:
    """Each line seems to go on to the last one. Red (for hours) where lines may be read again without end."""
    start = time.process_time()
    with pytest.raises(Refused) as refused:
        rows("phone,name\n" + 'a",b,"c\n' * 50_000 + 'a"b\n')
    assert refused.value.code == "bad_quote"
    assert [row.error for row in rows("phone,name\n" + '1,"x\n' * 50_000 + '1,"y"\n')] == [
        "bad_quote"
    ] * 50_000 + [""]
    assert time.process_time() - start < 5


@pytest.mark.parametrize("before", [0, 3, 5_000, 30_000])
def test_a_quote_that_never_closes_refuses_the_file(before: int) -> None:
    """What it swallowed nobody can tell: the file is cut off, or the mark is one too many."""
    for after in ("", "8,y\n", "9,z\n" * 60_000):
        with pytest.raises(Refused) as refused:
            rows("phone,name\n" + "1,ok\n" * before + '7,"open\n' + after)
        assert (refused.value.code, refused.value.detail) == ("unclosed_quote", {"line": before + 2})


@pytest.mark.parametrize("before", [0, 3, 5_000, 30_000])
def test_a_row_with_a_bad_quote_is_shown_wherever_it_stands(before: int) -> None:
    """The text is read in pieces: the row may begin and end in other ones. Red with `begin - 1`, or no later pieces."""
    for between in (0, 1, 60_000):
        text = "phone,name\n" + "1,ok\n" * before + '7,"open\n' + "8,y\n" * between + '9,"z\n0,a\n'
        found = rows(text)
        assert found[before] == Row(before + 2, None, "bad_quote", ("7", '"open'))
        assert found[before + 1 : -2] == [Row(before + 3 + n, ("8", "y")) for n in range(between)]
        assert found[-2:] == [
            Row(before + between + 3, None, "bad_quote", ("9", '"z')),
            Row(before + between + 4, ("0", "a")),
        ]


def test_a_refused_row_still_says_what_it_held() -> None:
    """Red where `found` is left out of any of the five rows."""
    text = 'phone,name\n1,"a"b\n2\n3,x,y\n4,a\x01b\n5,{}\n'.format("l" * 40_000)
    assert [(row.error, row.found) for row in rows(text)] == [
        ("bad_quote", ("1", '"a"b')),
        ("column_count", ("2",)),
        ("column_count", ("3", "x", "y")),
        ("control_character", ("4", "a\ufffdb")),
        ("field_too_long", ("5", "l" * 1_000 + "…")),
    ]
    many = rows("phone,name\n" + "1," * 500 + "1\n")
    assert len(many[0].found) == 200


@pytest.mark.parametrize(
    ("line", "delimiter"), [("a\tphone", "\t"), ("a|phone", "|"), ('"x,y,z";phone;b', ";"), ("phone", ",")]
)
def test_delimiters(line: str, delimiter: str) -> None:
    assert open_table(io.BytesIO(line.encode())).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter", "header"),
    [
        # A comma of a name is no delimiter, though it stands first in the list and as often.
        ("Name (last, first);Phone\nDoe, Ann;+12025550100\n", ";", ("Name (last, first)", "Phone")),
        ("name, also maiden name, title;phone;x\n", ";", ("name, also maiden name, title", "phone", "x")),
        ("a;b,c;d,e;phone\n1;2;3;+12025550100\n", ";", ("a", "b,c", "d,e", "phone")),
        # A column name over two lines hides the delimiter from who looks at the first line alone.
        ('"Phone\nnumber";name\n+12025550100;a\n', ";", ("Phone\nnumber", "name")),
        # The rows of one column are not parted by what their cells hold.
        ("phone\n1;2\n3;4\n", ",", ("phone",)),
        ("phone,a;b;c;d\n+12025550100,x\n", ",", ("phone", "a;b;c;d")),
    ],
)
def test_delimiters_are_told_by_rows(text: str, delimiter: str, header: tuple[str, ...]) -> None:
    table = open_table(io.BytesIO(text.encode()))
    assert (table.delimiter, table.header) == (delimiter, header)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"phone,name\n1,a\n', "unclosed_quote"),
        ('phone,"na"me\n1,a\n', "bad_header"),
        ("sep=;\n", "empty_file"),
        ("\n\r\nsep=;\r\n\n", "empty_file"),
    ],
)
def test_headers_that_cannot_be_read(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        open_table(io.BytesIO(text.encode()))
    assert refused.value.code == code


def test_long_cells_are_row_errors_and_huge_ones_refuse_the_file() -> None:
    assert [row.error for row in rows("phone,x\n1," + "a" * 40_000 + "\n2,b\n")] == ["field_too_long", ""]
    with pytest.raises(Refused) as refused:
        rows("phone,x\n1," + "a" * 1_100_000 + "\n")
    assert refused.value.code == "field_too_long"


def test_encodings() -> None:
    text = "phone,name\n1,Jos\u00e9\n"
    for encoding, shown in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16")):
        table = open_table(io.BytesIO(text.encode(encoding)))
        assert (table.encoding, table.header, [r.cells for r in table.rows]) == (
            shown,
            ("phone", "name"),
            [("1", "Jos\u00e9")],
        )
    big = b"phone\n" + b"1\n" * 800_000 + b"\xff\n"
    with pytest.raises(Refused) as refused:
        open_table(io.BytesIO(big))
    assert refused.value.detail == {"at_byte": 1_600_006}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'[{"phone":"+12025550100"}]', "json"),
        (b'\xef\xbb\xbf\n{ "rows": []}', "json"),
        (b"7z\xbc\xaf\x27\x1c..", "gzip"),
        (b"BZh91AY&SY..", "gzip"),
    ],
)
def test_other_kinds(data: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        open_table(io.BytesIO(data))
    assert (refused.value.code, refused.value.detail) == ("not_csv", {"kind": kind})


def test_size_is_checked_first() -> None:
    class Huge(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            return 60_000_000 if whence == 2 else super().seek(offset)

    with pytest.raises(Refused) as refused:
        open_table(Huge(b"phone\n1\n"))
    assert refused.value.code == "file_too_large"


def workbook(cells: list[list[object]]) -> bytes:
    """A minimal workbook: strings inline, numbers as numbers."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        return f'<c t="b"><v>{int(value)}</v></c>' if isinstance(value, bool) else f"<c><v>{value}</v></c>"

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in cells)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets><sheet name="S" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_workbooks_read_like_files() -> None:
    data = workbook(
        [
            ["Phone", "Name", "Spend", "VIP"],
            [12025550100, "=1+1", 1.5, True],
            ["+1 202 555 0101", "Ann\x07", 3, False],
            ["", "", "", ""],
            [2.5e18, "b", 0.0000001, False],
        ]
    )
    table = open_table(io.BytesIO(data), name="people.xlsx")
    assert (table.encoding, table.delimiter, table.header) == ("xlsx", "", ("Phone", "Name", "Spend", "VIP"))
    found = list(table.rows)
    assert [(row.line, row.error) for row in found] == [(2, ""), (3, "control_character"), (5, "")]
    assert found[0].cells == ("12025550100", "=1+1", "1.5", "true")
    assert found[2].cells == ("2.500000E+18", "b", "0.0000001", "false")
    assert normalise(found[2].cells[0]).reason == "bad_character"


def test_a_workbook_named_csv_and_other_archives_are_refused() -> None:
    data = workbook([["phone"], ["1"]])
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "phone\n1\n")
    for content, name in ((data, "people.csv"), (plain.getvalue(), ""), (data[:300], "people.xlsx")):
        with pytest.raises(Refused) as refused:
            open_table(io.BytesIO(content), name=name)
        assert (refused.value.code, refused.value.detail) == ("not_csv", {"kind": "zip_or_xlsx"})


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for content in (data, b"phone,name\n" + data, b"\xff\xfe" + data):
        try:
            table = open_table(io.BytesIO(content))
            assert all(row.cells is None or len(row.cells) == len(table.header) for row in table.rows)
        except Refused as refused:
            assert refused.code


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), min_size=2, max_size=2),
        max_size=8,
    )
)
def test_what_a_csv_writer_writes_comes_back(cells: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["phone", "name"], *cells])
    expected = [tuple(row) for row in cells if any(row)]
    assert [row.cells for row in rows(out.getvalue())] == expected


def test_reading_is_fast_and_bounded_in_memory() -> None:
    data = b"phone,name,city\r\n" + b"".join(
        b"+1202555%04d,Demo Contact %d,Bern\r\n" % (n % 10000, n) for n in range(100_000)
    )
    source = io.BytesIO(data)
    start = time.perf_counter()
    count = sum(1 for _ in open_table(source).rows)
    took = time.perf_counter() - start
    print(f"{count / took:,.0f} rows/s")
    assert count == 100_000
    source = io.BytesIO(data)
    tracemalloc.start()
    assert sum(1 for _ in open_table(source).rows) == 100_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"peak {peak / 1e6:.1f} MB for a file of {len(data) / 1e6:.1f} MB")
    assert peak < 5_000_000
