"""Writing: accepting statements in order, the Merkle tree of each log, and the queue of receipts."""
