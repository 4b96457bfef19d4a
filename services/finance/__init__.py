"""Finance service: accounts, cards, loans and insurance in one view; a further recipient needs its own consent."""
