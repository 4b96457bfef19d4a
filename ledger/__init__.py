"""The kernel: what a consent is, what it permits, and how every use of data is proved; no IO, no framework."""
