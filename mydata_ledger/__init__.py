"""MyData Ledger as one import package; its parts are the folders of the same names at the top of the repository."""
