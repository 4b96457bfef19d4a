"""Units in UCUM (https://ucum.org): what they mean, and values in another unit where the two mean the same.

Codes are parsed by `ucumvert`, and factors are those of `pint`. Where these differ from the table of UCUM, or where
UCUM forbids it, nothing is converted: a value that cannot be compared is better than a wrong one. See ADR 59.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from mydata_ledger.ledger.errors import MalformedInput

SYSTEM = "http://unitsofmeasure.org"
MAX_CODE, MAX_POWER, MAX_DIGITS, KEPT = 64, 30, 400, 4_096
PLAIN = 12
"""Powers of ten up to which a number is written without an exponent."""
MERCURY = {"millimeter_Hg": "0.133322", "centimeter_Hg": "1.33322", "meter_Hg": "133.322"}
"""Columns of mercury in UCUM 2.2; those of `pint` are larger by 3 millionths."""
SIGNIFICANT = Context(prec=12)
SPELLINGS = {
    "mmHg": "mm[Hg]",
    "cmH2O": "cm[H2O]",
    "℃": "Cel",
    "°C": "Cel",
    "degC": "Cel",
    "℉": "[degF]",
    "°F": "[degF]",
    "IU/L": "[IU]/L",
    "IU/mL": "[IU]/mL",
    "mIU/mL": "m[IU]/mL",
    "uIU/mL": "u[IU]/mL",
    "mIU/L": "m[IU]/L",
    "Wh": "W.h",
    "kWh": "kW.h",
    "MWh": "MW.h",
    "bpm": "/min",
    "회/분": "/min",
    "[Cal]": "kcal",
    "Kcal": "kcal",
}
"""Units as devices and hospitals write them, and the UCUM that they mean."""
OF_THEIR_OWN = frozenset(
    {
        *("[iU]", "[IU]", "[arb'U]", "[USP'U]", "[GPL'U]", "[MPL'U]", "[APL'U]", "[beth'U]", "[anti'Xa'U]"),
        *("[todd'U]", "[dye'U]", "[smgy'U]", "[bdsk'U]", "[ka'U]", "[knk'U]", "[mclg'U]", "[tb'U]", "[CCID_50]"),
        *("[TCID_50]", "[EID_50]", "[PFU]", "[FFU]", "[CFU]", "[IR]", "[BAU]", "[AU]", "[Amb'a'1'U]", "[PNU]"),
        *("[Lf]", "[D'ag'U]", "[FEU]", "[ELU]", "[EU]", "[hp_X]", "[hp_C]", "[hp_M]", "[hp_Q]", "[kp_X]", "[kp_C]"),
        *("[kp_M]", "[kp_Q]", "eq", "osm", "[ppm]", "[ppb]", "[pptr]", "[ppth]", "mol", "[HPF]", "[LPF]"),
    }
)
"""Arbitrary units of UCUM (§24), and counts of particles of a kind: each is comparable with itself alone, because UCUM
has 1 for all of them. Equivalents and amounts of substance differ by the charge of an ion.
"""
NEVER = frozenset(
    {
        *("'", "''", "Mx", "G", "Oe", "[cft_i]", "[cyd_i]", "g%", "a_t", "mo_s", "u", "pc", "[in_br]", "[ft_br]"),
        *("[rd_br]", "[ch_br]", "[lk_br]", "[fth_br]", "[pc_br]", "[yd_br]", "[mi_br]", "[nmi_br]", "[kn_br]"),
        *("[acr_br]", "[pnt_pr]", "[pca_pr]", "[didot]", "[cicero]", "cal_[15]", "[Btu_th]", "[Btu]", "[in_i'H2O]"),
        *("[in_i'Hg]", "[PRU]", "[wood'U]", "[degRe]", "[p'diop]", "%[slope]", "[hp'_X]", "[hp'_C]", "[hp'_M]"),
        *("[hp'_Q]", "[pH]", "Np", "B", "B[SPL]", "B[V]", "B[mV]", "B[uV]", "B[10.nV]", "B[W]", "B[kW]"),
        *("[m/s2/Hz^(1/2)]", "bit_s", "[car_Au]"),
    }
)
"""Units on other scales than a ratio, and those for which `pint` and UCUM 2.2 differ. `tests/formats` finds them."""
ANNOTATION = re.compile(r"\{[^{}]*\}")
ALONE = re.compile(r"(?<![\w\])*'%]) *\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of `pint`, the number it is multiplied by, and what makes it comparable with itself alone."""

    unit: Any
    times: Fraction
    own: frozenset[str]
    is_ratio: bool


def normal(code: str) -> str:
    """The UCUM code that a text means, with known spellings replaced. Raises MalformedInput if there is none."""
    text = code.strip().replace("\u00b5", "u").replace("\u03bc", "u")
    found = SPELLINGS.get(text, text)
    _unit(found)
    return found


def is_unit(code: str) -> bool:
    """Whether a text is a unit that is read here."""
    try:
        normal(code)
    except MalformedInput:
        return False
    return True


def convert(value: Decimal, code: str, into: str) -> Decimal | None:
    """A value in another unit, to 12 significant digits; None if the two units do not mean the same.

    Raises MalformedInput for a text that is no unit, and for a value to convert of more than 400 digits or above
    10^400, which no quantity has and which would take very long.
    """
    source, target = normal(code), normal(into)
    if source == target:
        return value
    _check_size(value)
    found = _linear(source, target)
    if found is None or not value.is_finite():
        return None
    factor, offset = found
    return _rounded(Fraction(value) * factor + offset)


def _check_size(value: Decimal) -> None:
    if not value.is_finite():
        return
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MAX_DIGITS or abs(exponent) > MAX_DIGITS:
        raise MalformedInput(f"a value has at most {MAX_DIGITS} digits")


def _rounded(value: Fraction) -> Decimal:
    number = SIGNIFICANT.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(SIGNIFICANT)
    exponent = number.as_tuple().exponent
    return number.quantize(Decimal(1)) if isinstance(exponent, int) and 0 < exponent < PLAIN else number


@lru_cache(KEPT)
def _linear(code: str, into: str) -> tuple[Fraction, Fraction] | None:
    """Factor and offset from one unit to another; None if they do not mean the same."""
    source, target = _unit(code), _unit(into)
    if not (source.is_ratio and target.is_ratio) or source.own != target.own:
        return None
    with _LOCK:
        registry = _registry()
        if source.unit.dimensionality != target.unit.dimensionality:
            return None
        nothing, one = (registry.Quantity(Decimal(n), source.unit).to(target.unit).magnitude for n in (0, 1))
    offset = _fraction(nothing)
    return (_fraction(one) - offset) * source.times / target.times, offset / target.times


@lru_cache(KEPT)
def _unit(code: str) -> _Unit:
    if not 0 < len(code) <= MAX_CODE:
        raise MalformedInput(f"a unit has 1 to {MAX_CODE} characters")
    plain = ANNOTATION.sub("", ALONE.sub("1", code)) or "1"
    if plain.startswith("/"):  # it inverts the unit behind it (UCUM §7), and not all that follows, as the parser has it
        plain = f"1{plain}"
    with _LOCK:
        registry = _registry()
        try:
            tokens = list(registry._ucum_parser.parse(plain).scan_values(lambda _: True))  # noqa: SLF001 - no public way
            _check_powers(tokens)
            atoms = {str(token) for token in tokens if token.type.startswith("UNIT")}
            quantity = registry.from_ucum(plain) if not atoms & NEVER else registry.Quantity(Decimal(1))
        except MalformedInput:
            raise
        except Exception as error:  # the parser and the registry raise errors of many types
            raise MalformedInput("not a unit of UCUM") from error
    own = (atoms & OF_THEIR_OWN) | {text for text in ANNOTATION.findall(code) if re.search(r"[0-9]", text)}
    return _Unit(quantity.units, _fraction(quantity.magnitude), frozenset(own), not atoms & NEVER)


def _check_powers(tokens: list[Any]) -> None:
    numbers = [str(token) for token in tokens if token.type in {"EXPONENT", "FACTOR"}]
    if any(len(number) > 9 for number in numbers):
        raise MalformedInput("a number in a unit is too long")
    if any(abs(int(token)) > MAX_POWER for token in tokens if token.type == "EXPONENT"):
        raise MalformedInput(f"a power in a unit is at most {MAX_POWER}")


def _fraction(number: Any) -> Fraction:
    """A number of the registry, which mixes Decimal, int and float; a float stands for a short fraction."""
    return Fraction(number).limit_denominator(10**9) if isinstance(number, float) else Fraction(number)


_LOCK = threading.RLock()


@cache
def _registry() -> Any:
    """The registry; it takes two seconds to load, once in a process."""
    from ucumvert import PintUcumRegistry  # noqa: PLC0415 - takes 2 s

    registry = PintUcumRegistry(non_int_type=Decimal)
    for name, kilopascal in MERCURY.items():
        registry.define(f"{name} = {kilopascal} * kilopascal")
    registry._build_cache()  # noqa: SLF001 - `pint` keeps factors that it has computed
    return registry
