"""One module a noun: the paths people read and document."""
