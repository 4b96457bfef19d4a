"""The general routes, one module for each resource."""
