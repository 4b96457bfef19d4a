"""What an entry point may end in: one sentence that says why, and what to do."""


class Failure(RuntimeError):
    """A program of ours could not do its work; the message is for the person at the terminal."""
