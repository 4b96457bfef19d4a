"""How much a test tries: everything under Hypothesis' profile `full`, two fifths under `ci`, a fifth otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

FULL, CI, SAMPLE = 100, 40, 20
"""Examples of a property that says no number of its own."""


def use_profiles() -> None:
    """Make the profiles; `sample` holds unless pytest is called with `--hypothesis-profile=NAME`.

    None fails a test for being slow: on a busy machine any test can be.
    """
    for name, examples in (("full", FULL), ("ci", CI), ("sample", SAMPLE)):
        settings.register_profile(
            name, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
    settings.load_profile("sample")


def sized(full: int) -> int:
    """How many of `full` examples, seeds or steps to try; at least one."""
    return max(1, full * settings().max_examples // FULL)


def full_or(full: int, sample: int) -> int:
    """`full` under the profile `full`, else `sample`: for tests whose steps are too slow for a fifth of them."""
    return full if settings().max_examples >= FULL else sample


def sampled(values: Iterable[Any]) -> list[Any]:
    """Parameters of a test: the first is tried in every run, the others are marked slow."""
    first, *others = values
    return [first, *(pytest.param(value, marks=pytest.mark.slow) for value in others)]
