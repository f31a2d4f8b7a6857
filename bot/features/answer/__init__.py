"""Questions to the articles, and the words that answer them."""
