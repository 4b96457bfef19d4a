"""Error that ends an entry point with one sentence: the cause, and what to do."""


class Failure(RuntimeError):
    """A program could not finish its work; the message is for the person at the terminal."""
