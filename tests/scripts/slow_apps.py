"""Apps for the tests of workers: one that starts slowly and answers nothing meanwhile, and one that cannot start."""

import ctypes
import os

from fastapi import FastAPI

from mydata_ledger.ledger.errors import SourceUnavailable

SECONDS = 6


def slow():
    """Sleep in C without releasing the interpreter, as a library may do: no thread of the process runs meanwhile."""
    ctypes.PyDLL(None).sleep(SECONDS)
    app = FastAPI()
    app.get("/")(os.getpid)
    return app


def impossible():
    """Fail as a worker does whose keystore is missing."""
    raise SourceUnavailable("the keystore is away")


def crashing():
    """End at once, with no word."""
    os._exit(9)
