"""Finance: accounts, cards, loans and insurance seen together, and offered on only by a second consent."""
