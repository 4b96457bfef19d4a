"""Stopping the API of a stack for a command that needs it stopped."""

import signal


def stop_api(stack, by=signal.SIGTERM):
    """End the API and release the state folder; the chain goes on. `start_api` takes the folder again."""
    stack._end_api(by)
    stack.release_lock()
