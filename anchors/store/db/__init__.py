"""SQLite and PostgreSQL: engines, read pools, write transactions, group commit and compiled queries."""
