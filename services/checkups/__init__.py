"""Check-ups: results, questionnaires and what to eat, in the person's language."""
