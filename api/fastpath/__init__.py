"""The ASGI entry of the app: limits and headers of every request, and a few routes answered without the framework."""
