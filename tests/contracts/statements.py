"""Strategies for random statements of every kind, by the members of their EIP-712 types."""

from dataclasses import make_dataclass

from hypothesis import strategies as some

from mydata_ledger.ledger import access, consent, emergency, receipt, record
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data.types import MEMBERS


def class_of(kind: str) -> type:
    """Return the ledger's class of a kind, or a class of the members alone if the ledger has none."""
    for module in (access, consent, emergency, receipt, record):
        if hasattr(module, kind):
            return getattr(module, kind)
    return make_dataclass(kind, [field for _, _, field in MEMBERS[kind]], frozen=True)


def _scalar(type_: str, name: str) -> some.SearchStrategy:
    if name == "effect":
        return some.sampled_from(Effect)
    match type_:
        case "string":
            return some.text(some.characters(exclude_categories=["Cs"]), max_size=40)
        case "bytes":
            return some.binary(max_size=90)
        case "bytes32":
            return some.binary(min_size=32, max_size=32)
        case "address":
            return some.binary(min_size=20, max_size=20).map(checksum)
        case "bool":
            return some.booleans()
        case _:
            return some.integers(0, 2**64 - 1) | some.sampled_from([0, 1, 2**63 - 1, 2**64 - 1])


def member(type_: str, name: str) -> some.SearchStrategy:
    if type_ == "Grant[]":
        return some.lists(statements(Grant), max_size=3).map(tuple)
    if type_.endswith("[]"):
        return some.lists(_scalar(type_[:-2], name), max_size=3).map(tuple)
    return _scalar(type_, name)


def statements(kind: type) -> some.SearchStrategy:
    parts = {field: member(type_, name) for type_, name, field in MEMBERS[kind.__name__]}
    return some.builds(kind, **parts)
