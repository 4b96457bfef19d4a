"""Formats that several services read: text, tables, JSON, XML, archives, units, codes and dates."""
