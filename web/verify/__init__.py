"""The verifier page: `scripts.verify.page` makes one file of what lies here."""
