"""Live updates over HTTP: open streams of server-sent events, and one watch of the stores for all of them (ADR 75)."""
