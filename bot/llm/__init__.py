"""The client for model endpoints: one wire format, whatever is at the other end."""
