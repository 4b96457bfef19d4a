"""The capabilities of the services, their states, the tests that show them, and the page of all of them."""
