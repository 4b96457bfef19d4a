"""The outside world behind the kernel's ports: chain, database, payload store, keys."""
