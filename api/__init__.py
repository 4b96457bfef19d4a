"""The one door: HTTP in, kernel verbs out, refusals with one face."""
