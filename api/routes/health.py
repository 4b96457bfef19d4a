"""Health of the server: reachability of the chain, and the state of the logs."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from mydata_ledger.api.auth import AppContextDep
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel import JobState
from mydata_ledger.ledger.kernel.queries import Queries
from mydata_ledger.ledger.receipt import LOGS

router = APIRouter(tags=["health"])


class ChainView(BaseModel):
    """The chain as last seen; `followed_at` is the time (UTC seconds) up to which it has been followed."""

    id: int
    reachable: bool
    block: int
    followed_at: int


class LogView(BaseModel):
    """The number of statements accepted, and of those last seen on chain, also while the chain does not answer."""

    accepted: int
    anchored: int


class JobFailureView(BaseModel):
    """A due time (UTC seconds) at which a job was given up after its last try, and why."""

    at: int
    why: str


class JobView(BaseModel):
    """A periodic job. `state` is idle, waiting or running; `due` is when it is next due, or tried again; `tries` and
    `why` are of the present due time. `done` counts the due times at which it ended well, `given_up` the others;
    `failures` are the newest of those.
    """

    name: str
    state: str
    due: int
    tries: int
    why: str
    done: int
    given_up: int
    failures: list[JobFailureView]

    @classmethod
    def of(cls, job: JobState) -> JobView:
        """The view of a job."""
        failures = [JobFailureView(at=one.at_time, why=one.why) for one in job.failures]
        names = ("name", "state", "due", "tries", "why", "done", "given_up")
        return cls(failures=failures, **{name: getattr(job, name) for name in names})


class HealthView(BaseModel):
    """`ok`, or `degraded`: access requests are answered `unknown` (503) until the chain answers as it should.

    `problem` says what is wrong; it is empty if nothing is. `instance` is the random id of this ledger, the same in all
    its processes.
    """

    status: str
    instance: str
    problem: str
    chain: ChainView
    logs: dict[str, LogView]
    jobs: list[JobView]


@router.get("/health")
def get_health(context: AppContextDep) -> HealthView:
    """Whether access requests can be answered now, and if not, why."""
    queries = context.kernel.queries
    problem = _problem(queries)
    heads = {log: queries.last_anchored(log) for log in LOGS}
    chain = ChainView(
        id=context.settings.chain_id,
        reachable=not problem,
        block=max(head.block for head in heads.values()),
        followed_at=min(head.followed_at for head in heads.values()),
    )
    logs = {log: LogView(accepted=queries.head(log).size, anchored=heads[log].head.size) for log in LOGS}
    status, instance = "degraded" if problem else "ok", context.settings.instance
    jobs = list(map(JobView.of, context.kernel.jobs.states()))
    return HealthView(status=status, instance=instance, problem=problem, chain=chain, logs=logs, jobs=jobs)


def _problem(queries: Queries) -> str:
    try:
        queries.check_chain()
    except SourceUnavailable as error:
        return str(error)
    return ""
