"""The formats: which there are, how one runs, and whether a file makes one."""
