"""What the pages, the Makefile and the hooks say is checked."""
