"""Insurance claims: one visit's papers for one insurer, once."""
