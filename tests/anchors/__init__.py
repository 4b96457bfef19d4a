"""The outside world behind the ports, with the real parts."""
