"""Entry points: the command line, the verifier, the population."""
