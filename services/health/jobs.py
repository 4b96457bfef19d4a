"""Jobs of the health service: clinical profiles are built, and looked at again from time to time."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.api.slices import SHORTEST_PERIOD, Job
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.formats.profile.making import profile_of
from mydata_ledger.ledger.derived import Source
from mydata_ledger.ledger.kernel import Kernel, OpenedSource

MOST_BUILT, MOST_SWEPT = 5_000, 2_000
"""The most persons that are looked at in one run of a job."""
SWEEP_PERIOD = 300


def build_profiles(kernel: Kernel, _: int) -> int:
    """Build, replace or destroy the profiles of persons whose records or consents changed."""
    return kernel.derived.builds.work(CLINICAL_PROFILE, make_profile, MOST_BUILT)


def sweep_profiles(kernel: Kernel, _: int) -> int:
    """Find profiles that no statement marked, because a consent ended by time or on chain."""
    return kernel.derived.builds.sweep(CLINICAL_PROFILE, MOST_SWEPT)


def make_profile(opened: Sequence[OpenedSource], now: int) -> tuple[bytes, tuple[Source, ...]] | None:
    """The profile of a person as JSON, and the records that its facts come from; None without a fact."""
    profile = profile_of(opened, now)
    return (profile.to_json(), profile.sources) if profile else None


JOBS = {"profiles": Job(SHORTEST_PERIOD, build_profiles), "profile-sweep": Job(SWEEP_PERIOD, sweep_profiles)}
