"""What is kept as files: the formats and motions that ship, and the operator's own."""
