"""Emergency service: what saves a life is read at once, all health records after an extension; the person knows."""
