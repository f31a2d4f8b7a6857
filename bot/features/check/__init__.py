"""Whether the articles bear out a claim."""
