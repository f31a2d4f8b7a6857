"""The articles: bring them in, look at them, take them out."""
