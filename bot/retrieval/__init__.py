"""Search, and how articles come in."""
