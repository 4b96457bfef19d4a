"""The kernel: what a consent is, what it permits, and how every use of data is proved. It does no input or output and
uses no framework.
"""
