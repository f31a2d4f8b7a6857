"""Debates: start one, take a seat, speak, ask, vote, moderate, read the record."""
