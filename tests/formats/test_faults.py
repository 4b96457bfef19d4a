"""Faults planted in the readers, one at a time: the named test must notice each."""

import io
from decimal import Decimal

import pytest

from mydata_ledger.formats import archives, codes, dates, encodings, tables, units, xml_text
from mydata_ledger.ledger.errors import LedgerError
from tests.formats import test_archives, test_codes, test_dates, test_encodings, test_tables, test_units, test_xml_text
from tests.ledger.planting import planted


def lies_of_encodings():
    for written, declared, read, wrongly in (
        ("utf-8", "euc-kr", "utf-8", True),
        ("cp949", "utf-8", "cp949", True),
        ("cp949", "iso-8859-1", "cp949", True),
        ("utf-8", "utf-16", "utf-8", True),
    ):
        test_encodings.test_a_declaration_that_cannot_be_true_is_noticed(written, declared, read, wrongly)


def marks():
    test_encodings.test_a_mark_outranks_every_declaration("utf-8", "euc-kr")


def nul_bytes():
    test_encodings.test_what_is_no_text_is_refused(b"a\0b", "utf-8")


def hostile_xml():
    for text in test_xml_text.HOSTILE.values():
        with pytest.raises(LedgerError, match="DOCTYPE"):
            xml_text.read_xml(text.encode())


def nested_stream():
    test_xml_text.test_a_stream_gives_each_wanted_element_whole_and_holds_none_of_them()


def deep_xml():
    with pytest.raises(LedgerError):
        xml_text.read_xml(b"<a>" * 101 + b"</a>" * 101)


def bombs():
    for raw in (
        test_archives.packed(("big", bytes(1_001))),
        test_archives.packed(("a", bytes(900)), ("b", bytes(900)), ("c", bytes(900))),
        test_archives.gzip.compress(bytes(10_000)),
    ):
        test_archives.test_what_comes_out_is_bounded(raw)


def names():
    for name in ("../a", "/a", "..\\a"):
        test_archives.test_a_name_that_leads_out_is_refused(name)


def comparable():
    for code, into in (
        ("[IU]/L", "U/L"),
        ("meq/L", "mmol/L"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("[IU]/mL", "[arb'U]/mL"),
    ):
        test_units.test_units_that_do_not_mean_the_same_are_not_converted(code, into)


def worked():
    for value, code, into, wanted in (
        ("120", "mm[Hg]", "kPa", "15.99864"),
        ("37", "Cel", "[degF]", "98.6"),
        ("240", "mg/(24.h)", "mg/d", "240"),
        ("1", "/g.L", "mL/mg", "1"),
    ):
        test_units.test_a_worked_conversion(value, code, into, wanted)


def never_converted():
    assert units.convert(Decimal(1), "[Btu]", "J") is None
    assert units.convert(Decimal(1), "[pH]", "B[W]") is None


def quoted_rows():
    test_tables.test_what_is_no_table_is_refused(b'a,b\n"1"x,2\n', "line 2")


def ragged_rows():
    test_tables.test_a_row_that_does_not_fit_is_named_and_quotes_nothing()


def bare_cr():
    test_tables.test_ends_of_lines_and_encodings_are_found("utf-8", "\r", last=True)


def clocks():
    test_dates.test_a_time_that_was_left_out_or_came_twice_is_refused_unless_the_caller_chooses()


def long_days():
    test_dates.test_a_day_has_as_many_hours_as_its_clocks_made(test_dates.BERLIN, test_dates.date(2026, 10, 25), 25)


def check_digits():
    for system, code in ((codes.LOINC, "2345-8"), (codes.SNOMED, "73211008")):
        test_codes.test_a_wrong_code(system, code)


def small_streams():
    assert [one.text for one in xml_text.stream_xml(io.BytesIO(b"<r><x>1</x><x>2</x></r>"), "x")] == ["1", "2"]


LEFT_OUT = ".replace(tzinfo=None) != local:\n            raise", "is None:\n            raise"
DAY = "_begin_of(day + timedelta(days=1), zone))\n\n\ndef days_of", "_begin_of(day, zone) + 86_400)\n\n\ndef days_of"
FAULTS = [
    ("a mark is overlooked", encodings, "if raw.startswith(mark):", "if False:", marks),
    ("UTF-8 is read as declared", encodings, "is_sure or _text(raw, stated) is None", "False", lies_of_encodings),
    ("Korean is read as Western", encodings, "not _is_korean(raw) and ", "", lies_of_encodings),
    ("a declared UTF-16 is believed", encodings, 'if raw and b"\\0" not in raw and', "if False and", lies_of_encodings),
    ("a NUL is taken for text", encodings, "if FORBIDDEN.search(text):", "if False:", nul_bytes),
    ("a document type is read", xml_text, "    if DOCTYPE.match(text):", "    if False:", hostile_xml),
    ("depth is not bounded", xml_text, "if self._depth > MAX_DEPTH:", "if False:", deep_xml),
    ("inner elements are freed", xml_text, "if not self._inside:", "if True:", nested_stream),
    ("wanted elements are left out", xml_text, "if is_wanted:", "if False:", small_streams),
    ("what comes out of a ZIP is not bounded", archives, "left -= len(content)", "pass", bombs),
    ("a name leads out", archives, 'or ".." in name.split("/")', "", names),
    ("arbitrary units are numbers", units, "or source.own != target.own", "", comparable),
    ("units on other scales are converted", units, "not (source.is_ratio and target.is_ratio) or", "", never_converted),
    ("factors in a unit are lost", units, "* source.times / target.times, offset", ", offset", worked),
    ("a leading solidus inverts everything", units, 'plain = f"1{plain}"', "pass", worked),
    ("a quote in a field is let through", tables, "strict=True)\n    begins", "strict=False)\n    begins", quoted_rows),
    ("rows of another length are cut", tables, "if len(fields) == len(columns):", "if True:", ragged_rows),
    ("a bare CR is no end of a line", tables, 'newline="")', 'newline="\\n")', bare_cr),
    ("a time that came twice is the first", dates, "        if later is None:", "        if False:", clocks),
    ("a time that was left out is moved", dates, *LEFT_OUT, clocks),
    ("every day has 24 hours", dates, *DAY, long_days),
    ("check digits of LOINC are not looked at", codes, "if coding.system == LOINC:", "if False:", check_digits),
    ("check digits of SNOMED are not looked at", codes, "or _verhoeff(coding.code)", "or True", check_digits),
]
CASES, NAMES = [one[1:] for one in FAULTS], [one[0] for one in FAULTS]


@pytest.fixture(autouse=True)
def without_caches():
    """Results of another text of the module are forgotten, before and afterwards."""
    for cached in (units._unit, units._linear):
        cached.cache_clear()
    yield
    for cached in (units._unit, units._linear):
        cached.cache_clear()


@pytest.mark.parametrize("check", sorted({one[4] for one in FAULTS}, key=lambda one: one.__name__))
def test_without_a_fault_the_checks_hold(check):
    check()


@pytest.mark.parametrize(("module", "good", "bad", "check"), CASES, ids=NAMES)
def test_every_planted_fault_is_noticed(module, good, bad, check):
    with planted(module, good, bad), pytest.raises((AssertionError, pytest.fail.Exception, LedgerError, ValueError)):
        check()
