"""Research service: researchers and their works, and retrospective studies on records."""
