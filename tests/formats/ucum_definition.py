"""UCUM evaluated from its official table (ucum-essence.xml, as `ucumvert` ships it), in exact fractions: a second
definition that uses no registry of units.
"""

import re
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

from lxml import etree

NAMESPACE = {"u": "http://unitsofmeasure.org/ucum-essence"}
SYMBOL = r"(?:\[[^\]]*\]|[^\d./()\[\]+-])+"
COMPONENT = re.compile(rf"(\d+(?![\d*^])|10[*^]|{SYMBOL})([+-]?\d+)?")


class Table:
    """Prefixes, base units, and units with their value in other units."""

    def __init__(self):
        root = etree.fromstring((files("ucumvert") / "vendor/ucum-essence.xml").read_bytes())
        value = "u:value"
        self.prefixes = {
            one.get("Code"): Fraction(Decimal(one.find(value, NAMESPACE).get("value")))
            for one in root.findall("u:prefix", NAMESPACE)
        }
        self.bases = {one.get("Code") for one in root.findall("u:base-unit", NAMESPACE)}
        self.units = {one.get("Code"): one for one in root.findall("u:unit", NAMESPACE)}
        self.arbitrary = {code for code, one in self.units.items() if one.get("isArbitrary") == "yes"}
        self.special = {
            code for code, one in self.units.items() if one.find(f"{value}/u:function", NAMESPACE) is not None
        }
        self._found = {}

    def factor(self, code):
        """Factor and dimensions of a code; KeyError for a unit on a scale of its own."""
        if code not in self._found:
            self._found[code] = self._term(code)
        return self._found[code]

    def _term(self, text):
        factor, powers, sign = Fraction(1), {}, 1
        while text:
            if text[0] in "./":
                sign, text = (-1 if text[0] == "/" else 1), text[1:]
            inner, power, text = self._component(text)
            factor *= inner[0] ** (sign * power)
            for base, count in inner[1].items():
                powers[base] = powers.get(base, 0) + sign * power * count
        return factor, {base: count for base, count in powers.items() if count}

    def _component(self, text):
        if text[0] == "(":
            end = self._closing(text)
            return self._term(text[1:end]), 1, text[end + 1 :]
        matched = COMPONENT.match(text)
        symbol, power = matched.groups()
        if symbol.isdigit():
            return (Fraction(int(symbol)), {}), 1, text[matched.end() :]
        return self._atom(symbol), int(power or 1), text[matched.end() :]

    @staticmethod
    def _closing(text):
        depth = 0
        for index, character in enumerate(text):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if not depth:
                return index
        raise ValueError(text)

    def _atom(self, symbol):
        if symbol in self.bases:
            return Fraction(1), {symbol: 1}
        if symbol in self.units:
            if symbol in self.special:
                raise KeyError(symbol)
            value = self.units[symbol].find("u:value", NAMESPACE)
            factor, powers = self._term(value.get("Unit"))
            return factor * Fraction(Decimal(value.get("value"))), powers
        for prefix in sorted(self.prefixes, key=len, reverse=True):
            rest = symbol.removeprefix(prefix)
            if rest != symbol and (rest in self.bases or (rest in self.units and self.is_metric(rest))):
                factor, powers = self._atom(rest)
                return factor * self.prefixes[prefix], powers
        raise KeyError(symbol)

    def is_metric(self, code):
        return self.units[code].get("isMetric") == "yes"
