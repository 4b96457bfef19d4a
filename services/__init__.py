"""Eight MyData services, one folder each; they meet only in the kernel, by the names of categories."""
