"""Coaching service: daily measurements, for the person and for a coach or doctor."""
