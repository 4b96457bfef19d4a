"""Each service, by what it does with real formats."""
