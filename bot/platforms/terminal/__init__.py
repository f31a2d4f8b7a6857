"""The terminal: a chat for a person, lines from a pipe, or one command from a shell."""
