"""Projection: cost for a country of 50 million people on a rollup that posts its data in blobs."""

from __future__ import annotations

from typing import Any

PEOPLE = 50_000_000
CONSENTS_EACH = 4
CHANGES_A_YEAR = 2
"""New versions of each consent in a year; each ends the old version by its secret."""
SECONDS_A_BATCH = 60
BLOB_BYTES = 126_976
"""Usable bytes of a blob: 4,096 field elements of 31 bytes."""
LEAF_BYTES = 32
OPENING_BYTES = 64
ROLLUP_GAS_PRICE = 0.01
"""Price of rollup execution gas in gwei."""
BLOB_GAS_PRICE = 1.0
"""Price of blob gas in gwei; a blob uses 131,072 gas."""
ETHER_DOLLARS = 3_000.0
YEAR = 365 * 86_400


def project(*, append: float, advance: float, revoke: float) -> dict[str, Any]:
    """Gas, bytes and dollars a year, with leaves on chain in batches of 1,000, and with heads only.

    `append` and `revoke` are gas per statement in large batches; `advance` is the gas of one call on a log as large as
    that of the country (400 million statements a year).
    """
    statements = PEOPLE * CONSENTS_EACH * CHANGES_A_YEAR
    heads = YEAR // SECONDS_A_BATCH
    return {
        "people": PEOPLE,
        "statements_a_year": statements,
        "statements_a_second": round(statements / YEAR, 1),
        "prices": {
            "rollup_gas_gwei": ROLLUP_GAS_PRICE,
            "blob_gas_gwei": BLOB_GAS_PRICE,
            "ether_dollars": ETHER_DOLLARS,
        },
        "leaves_on_chain": _cost(statements * append, statements * LEAF_BYTES),
        "heads_only": _cost(heads * advance, heads * 1200),
        "revocations_by_secret": _cost(statements * revoke, statements * OPENING_BYTES),
    }


def _cost(gas: float, size: int) -> dict[str, Any]:
    blobs = size / BLOB_BYTES
    ether = gas * ROLLUP_GAS_PRICE * 1e-9 + blobs * 131_072 * BLOB_GAS_PRICE * 1e-9
    return {
        "gas_a_year": round(gas),
        "gas_a_second": round(gas / YEAR),
        "bytes_a_year": size,
        "blobs_a_year": round(blobs),
        "dollars_a_year": round(ether * ETHER_DOLLARS),
        "dollars_a_person": round(ether * ETHER_DOLLARS / PEOPLE, 6),
    }


def sentences(projected: dict[str, Any]) -> list[str]:
    """The projection as lines of text."""
    first = (
        f"projection: {projected['people']:,} people, {CONSENTS_EACH} consents each, {CHANGES_A_YEAR} changes a year = "
        f"{projected['statements_a_second']} statements/s; at {ROLLUP_GAS_PRICE} gwei rollup gas, "
        f"{BLOB_GAS_PRICE} gwei blob gas, {ETHER_DOLLARS:,.0f} dollars an ether"
    )
    lines = [first]
    for name in ("leaves_on_chain", "heads_only", "revocations_by_secret"):
        part = projected[name]
        lines.append(
            f"  {name}: {part['gas_a_second']:,} gas/s, {part['bytes_a_year'] / 1e9:,.1f} GB and "
            f"{part['dollars_a_year']:,} dollars a year, {part['dollars_a_person']:.4f} a person"
        )
    return lines
