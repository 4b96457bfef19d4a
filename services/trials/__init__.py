"""Clinical trials: finding people for a study, and reading what they agreed to."""
