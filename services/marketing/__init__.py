"""Merchants' marketing: numbers about many, a word to those who wish it, nobody's row."""
