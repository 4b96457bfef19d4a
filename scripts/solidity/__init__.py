"""The Solidity tests, run with every branch of the contracts counted: `python -m mydata_ledger.scripts.solidity`."""
