"""Rostrum: answers quoted from a community's own articles, and structured debates about them."""
