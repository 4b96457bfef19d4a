"""Units: against the official table of UCUM, against worked conversions, and what must not be converted."""

import threading
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats import units
from mydata_ledger.formats.units import NEVER, OF_THEIR_OWN, convert, is_unit, normal
from mydata_ledger.ledger.errors import MalformedInput
from tests.formats.ucum_definition import Table

TABLE = Table()
RATIOS = sorted(set(TABLE.units) - TABLE.special - TABLE.arbitrary - {"10*", "10^"})


def relative(found, wanted):
    return abs(Fraction(found) / wanted - 1) if found is not None else None


@pytest.mark.parametrize(
    ("value", "code", "into", "wanted"),
    [
        ("100", "mg/dL", "g/L", "1"),
        ("7.5", "10*3/uL", "10*9/L", "7.5"),
        ("120", "mm[Hg]", "kPa", "15.99864"),
        ("37", "Cel", "[degF]", "98.6"),
        ("98.6", "[degF]", "Cel", "37"),
        ("0", "Cel", "K", "273.15"),
        ("150", "[lb_av]", "kg", "68.0388555"),
        ("70", "[in_i]", "cm", "177.8"),
        ("1", "[IU]/L", "m[IU]/mL", "1"),
        ("72", "{beats}/min", "/min", "72"),
        ("240", "mg/(24.h)", "mg/d", "240"),
        ("1", "kW.h", "MJ", "3.6"),
        ("2000", "kcal", "kJ", "8368"),
        ("1", "[Cal]", "cal", "1000"),
        ("5", "mmol/L", "umol/L", "5000"),
        ("60", "U/L", "ukat/L", "1.000000000"),
        ("140", "meq/L", "eq/L", "0.14"),
        ("1.5", "%", "1", "0.015"),
        ("1", "m3", "L", "1000"),
        ("2", "a", "d", "730.5"),
        ("-40", "Cel", "[degF]", "-40"),
        ("1", "/g.L", "mL/mg", "1"),
        ("1", "g/L/h", "mg/mL/h", "1"),
    ],
)
def test_a_worked_conversion(value, code, into, wanted):
    assert convert(Decimal(value), code, into) == pytest.approx(Decimal(wanted), rel=Decimal("1e-11"))


@pytest.mark.parametrize(
    ("code", "into"),
    [
        ("mg/dL", "mmol/L"),
        ("meq/L", "mmol/L"),
        ("osm/L", "mol/L"),
        ("[IU]/L", "U/L"),
        ("[IU]/mL", "[arb'U]/mL"),
        ("[CFU]/mL", "/mL"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("[pH]", "1"),
        ("B[SPL]", "Pa"),
        ("kg", "m"),
        ("mol", "1"),
        ("[ppm]", "1"),
        ("[Btu]", "J"),
    ],
)
def test_units_that_do_not_mean_the_same_are_not_converted(code, into):
    assert convert(Decimal(1), code, into) is None
    assert convert(Decimal(1), into, code) is None
    assert convert(Decimal(1), code, code) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mmHg", "mm[Hg]"),
        ("℃", "Cel"),
        ("µg/dL", "ug/dL"),
        ("μmol/L", "umol/L"),
        ("kWh", "kW.h"),
        ("bpm", "/min"),
        ("IU/L", "[IU]/L"),
        (" mg/dL ", "mg/dL"),
        ("{score}", "{score}"),
    ],
)
def test_units_as_devices_write_them(text, code):
    assert normal(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nonsense",
        "한글",
        "MM[HG]",
        "mg//dL",
        "mg/",
        "{",
        "m{a}b",
        "10*999",
        "m31",
        "9" * 40,
        "(" * 40,
        "m" * 65,
    ],
)
def test_what_is_no_unit_is_refused(text):
    assert not is_unit(text)
    with pytest.raises(MalformedInput):
        convert(Decimal(1), text, "m")


@pytest.mark.parametrize("text", ["1e401", "1e-401", "1e999999999", "1e-999999999", "0e999999999", "1" * 401])
def test_a_value_that_would_take_minutes_is_refused(text):
    """Eight characters of a file can name a number of a million digits."""
    with pytest.raises(MalformedInput, match="400 digits"):
        convert(Decimal(text), "m", "km")
    assert convert(Decimal(text), "m", "m") == Decimal(text), "nothing is computed"


def test_a_value_that_is_no_number_is_not_converted():
    assert convert(Decimal("NaN"), "g", "kg") is None
    assert convert(Decimal("Infinity"), "g", "kg") is None


def test_a_number_is_written_without_an_exponent_where_it_can_be():
    assert str(convert(Decimal("2.4"), "kg", "g")) == "2400"


@pytest.mark.parametrize("code", RATIOS)
def test_each_unit_of_the_official_table_is_right_or_is_not_converted(code):
    factor, powers = TABLE.factor(code)
    basis = ".".join(f"{base}{power if power != 1 else ''}" for base, power in powers.items()) or "1"
    found = convert(Decimal(1), code, basis)
    if found is None:
        assert code in NEVER | OF_THEIR_OWN or code in {"kat", "U"}, "UCUM has an amount of substance as a number"
    else:
        assert relative(found, factor) < Fraction(1, 10**9)


def test_no_unit_is_left_out_that_is_right():
    """A unit in NEVER that the libraries have right by now should be taken out of it."""
    ratio = [code for code in NEVER if code in RATIOS]
    assert {code for code in NEVER if code not in TABLE.units} == set()
    assert len(ratio) > 25


def test_every_arbitrary_unit_is_comparable_with_itself_alone():
    assert TABLE.arbitrary - {"[iU]"} <= OF_THEIR_OWN | {"[iU]"}
    assert TABLE.special - {"Cel", "[degF]"} <= NEVER


ATOMS = ["g", "L", "m", "s", "mol", "h", "min", "d", "U", "kat", "J", "Pa", "m[Hg]", "eq", "W", "cal", "[lb_av]", "%"]
PREFIXED = [prefix + atom for atom in [*ATOMS[:5], "Pa", "J", "W", "cal", "eq"] for prefix in ("", "m", "u", "k")]
CODES = some.lists(some.sampled_from(PREFIXED + ATOMS), min_size=1, max_size=3).flatmap(
    lambda parts: some.lists(some.sampled_from("./"), min_size=len(parts), max_size=len(parts)).map(
        lambda signs: "".join(sign + part for sign, part in zip(signs, parts, strict=True)).removeprefix(".")
    )
)
SUBSTANCE = {"mol", "eq", "kat", "U"}


@given(CODES, CODES, some.decimals("0.001", "99999", allow_nan=False, places=3))
def test_products_and_quotients_are_as_the_table_says(code, into, value):
    found = convert(value, code, into)
    (first, powers), (second, others) = TABLE.factor(code), TABLE.factor(into)
    if found is None:
        counted = any(atom in text for atom in SUBSTANCE for text in (code, into))
        assert powers != others or counted
    elif code != into:
        assert powers == others
        assert relative(found, Fraction(value) * first / second) < Fraction(1, 10**10)


@given(some.text(some.sampled_from("mgLd/.[]{}()0123456789*^-+%'IUHg한 "), max_size=20))
def test_any_text_is_a_unit_or_is_refused(text):
    assert is_unit(text) in {True, False}


def test_the_official_examples_are_units():
    rows = (files("ucumvert") / "vendor/ucum_examples.tsv").read_text(encoding="utf-8").splitlines()[1:]
    codes = [row.split("\t")[1] for row in rows if len(row.split("\t")) > 1]
    assert len(codes) > 500
    refused = [code for code in codes if not is_unit(code)]
    assert len(refused) <= 8, refused


def test_many_threads_convert_at_once():
    found = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(convert(Decimal(n), f"{n + 1}.mg/dL", "g/L")))
        for n in range(8)
    ]
    units._unit.cache_clear()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(Decimal(n * (n + 1)) / 100 for n in range(8))
