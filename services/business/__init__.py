"""Business service: certificates and invoices of a firm, for the parties that the firm names."""
