"""The IPFS data formats without storage: CIDs, UnixFS files as DAGs of blocks, CAR archives, the trustless gateway."""
