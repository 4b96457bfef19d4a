"""Emergency service: what responders must know at once; the person is notified of each access."""
