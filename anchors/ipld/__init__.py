"""What IPFS is made of: content addresses, UnixFS files as DAGs of blocks, and archives of blocks; no storage."""
