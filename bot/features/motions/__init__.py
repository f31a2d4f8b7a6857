"""The motions there are to debate, and what speaks for each side."""
