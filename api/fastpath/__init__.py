"""ASGI fast path: limits and headers of every request, and a few routes answered without FastAPI."""
