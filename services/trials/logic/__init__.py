"""Data use rules of trials and research, as pure functions: may data be used for this purpose?"""
