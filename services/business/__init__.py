"""Business documents: certificates and invoices of a firm, for whom the firm names."""
