"""Check-up service: results, questionnaires and diet advice, in the person's language."""
