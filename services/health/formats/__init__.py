"""Formats of the health service alone: consents of HL7, traces of access, and links of SMART Health."""
