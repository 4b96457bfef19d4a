"""Implementations of the kernel's ports: chain, database, payload store, keystore and notifications."""
