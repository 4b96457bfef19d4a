"""Reads the facts that the access rule may consider: for one question, for a batch of questions, and for a search."""
