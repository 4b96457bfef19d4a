"""HTTP interface (FastAPI): routes, sessions, limits, and one error format. The kernel does the work."""
