"""Coaching: what daily measurements say, to the person and to a coach or doctor."""
