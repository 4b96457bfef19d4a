"""The services: which there are, and what each brings, by the names of the files in its folder."""
