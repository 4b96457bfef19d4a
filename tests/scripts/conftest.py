"""What tests of commands share: an API that listens."""

import threading
import time

import pytest
import uvicorn

from tests.api.api_client import ApiClient


@pytest.fixture(scope="module")
def door():
    door = ApiClient()
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    door.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield door
    server.should_exit = True
    thread.join()
