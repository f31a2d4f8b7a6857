"""Whether the bot can do its work; for supervisors and containers."""
