"""Runs debates: what happens, when, and what is said, through the ports."""
