"""Discord: commands, buttons, forms, messages and threads in servers and direct messages."""
