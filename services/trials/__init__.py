"""Clinical trials service: finding participants for a study, and reading the records they consented to."""
