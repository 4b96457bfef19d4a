"""Insurance claims service: the records of one visit for one insurer, once."""
