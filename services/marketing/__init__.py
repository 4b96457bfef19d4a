"""Marketing service: statistics of groups, and offers to people who wish them; never a single person's row."""
