"""Reading: what the access rule may consider about a question, about many questions, and in a search."""
