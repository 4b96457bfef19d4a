"""One class per port of `ledger.ports`, each over a `Database`."""
