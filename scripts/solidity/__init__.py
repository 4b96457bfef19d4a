"""Branch coverage of the contracts by the Solidity tests: `python -m mydata_ledger.scripts.solidity`."""
