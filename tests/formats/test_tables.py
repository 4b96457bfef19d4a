"""Tables in CSV: real ones, and every way in which programs write them badly."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from mydata_ledger.formats import tables
from mydata_ledger.formats.parts import BadPart
from mydata_ledger.formats.tables import read_table
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge
from tests.formats import csv_definition

DATA = Path(__file__).parents[3] / "shared/data"
LINES = ["이름,금액", "홍길동,1000", "김철수,2000"]
WANTED = [{"이름": "홍길동", "금액": "1000"}, {"이름": "김철수", "금액": "2000"}]


def fields(table):
    return [row.fields for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\r"])
@pytest.mark.parametrize("last", [True, False])
def test_ends_of_lines_and_encodings_are_found(encoding, end, last):
    table = read_table((end.join(LINES) + (end if last else "")).encode(encoding))
    assert fields(table) == WANTED
    assert (table.columns, table.bad, table.delimiter) == (("이름", "금액"), [], ",")


@pytest.mark.parametrize("delimiter", ",;\t|")
def test_the_delimiter_is_the_most_frequent_of_the_first_row_outside_of_quotes(delimiter):
    others = "".join({",", ";", "\t", "|"} - {delimiter}) * 3
    text = f'"a{others}"{delimiter}b\n1{delimiter}"2{others}"\n'
    table = read_table(text.encode())
    assert table.delimiter == delimiter
    assert fields(table) == [{f"a{others}": "1", "b": f"2{others}"}]


def test_a_delimiter_that_is_named_is_used():
    assert fields(read_table(b"a;b,c\n1;2,3\n", delimiter=";")) == [{"a": "1", "b,c": "2,3"}]


def test_quotes_lines_and_blanks_within_fields_stay():
    table = read_table(b'a,b\r\n"x ""y""\r\nz", 1 \r\n\r\n,\r\n')
    assert fields(table) == [{"a": 'x "y"\r\nz', "b": " 1 "}, {"a": "", "b": ""}]
    assert [row.line for row in table.rows] == [2, 5]


def test_a_column_without_a_name_is_named_by_its_place():
    """As in a real list of merchant categories, whose lines end with a bare CR and whose last column has no name."""
    table = read_table(b"code,\r742,Veterinary\r")
    assert fields(table) == [{"code": "742", "column 2": "Veterinary"}]


def test_a_row_that_does_not_fit_is_named_and_quotes_nothing():
    table = read_table(b"a,b\n1,2\n900101-1000000\n3,4,5\n6,7\n")
    assert fields(table) == [{"a": "1", "b": "2"}, {"a": "6", "b": "7"}]
    assert table.bad == [
        BadPart(3, "has 1 fields, and the table 2 columns"),
        BadPart(4, "has 3 fields, and the table 2 columns"),
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no rows"),
        (b"\n\n", "no rows"),
        (b"a,b,a\n", "same"),
        (b'a,b\n"1,2\n', "line 2"),
        (b'a,b\n"1"x,2\n', "line 2"),
        (b"a\0b\n", "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0", "NUL"),
        (b"\xff\xff\xff", "complete"),
    ],
)
def test_what_is_no_table_is_refused(raw, reason):
    with pytest.raises(MalformedInput, match=reason):
        read_table(raw)


def test_tables_are_bounded(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert len(read_table(b"a\n1\n2\n3\n").rows) == 3
    with pytest.raises(TooLarge):
        read_table(b"a\n1\n2\n3\n4\n")
    with pytest.raises(TooLarge):
        read_table(",".join(map(str, range(1_001))).encode())
    with pytest.raises(TooLarge):
        read_table(b"a\n" + b"x" * 131_073)


def test_a_lie_about_the_encoding_is_passed_on():
    table = read_table("\n".join(LINES).encode("cp949"), "utf-8")
    assert (fields(table), table.encoding, table.declared_wrongly) == (WANTED, "cp949", True)


@given(some.text(some.sampled_from('ab",;\r\n é가'), max_size=30))
@example('a,b\r"1,2')
@example('"a"\r\n\r\n"b"')
@example("a\r\n\nb")
def test_rows_are_those_of_a_second_reader(text):
    wanted = csv_definition.rows(text, ",")
    try:
        found = [row for _, row in tables._rows(text, ",")]
    except MalformedInput:
        found = None
    assert found == wanted


CELLS = some.text(some.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff\ufffe\uffff"), max_size=8)


@given(some.lists(some.lists(CELLS, min_size=2, max_size=2), max_size=6), some.sampled_from(["\r\n", "\n", "\r"]))
def test_a_table_that_was_written_comes_back(rows, end):
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["가", "b"], *rows])
    table = read_table(file.getvalue().encode("utf-8-sig"))
    assert [list(row.fields.values()) for row in table.rows] == rows


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data lies beside the repository in CI")
def test_every_real_table_is_read():
    counts = {}
    for path in sorted(DATA.rglob("*.csv")):
        try:
            table = read_table(path.read_bytes())
        except LedgerError as error:
            counts[path.name] = str(error)
            continue
        counts[path.name] = len(table.rows)
        assert not table.bad, path.name
        second = csv_definition.rows(path.read_bytes()[:200_000].decode("utf-8-sig", "ignore"), table.delimiter)
        if second:
            size = min(len(second) - 2, len(table.rows))
            assert [list(row.fields.values()) for row in table.rows[:size]] == second[1 : size + 1]
    assert {name: found for name, found in counts.items() if not isinstance(found, int)} == {}
    assert counts["food.csv"] > 400
    assert counts["mcc_codes.csv"] > 900
