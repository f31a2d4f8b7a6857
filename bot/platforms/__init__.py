"""Where people are, a folder each: register, receive, render, post."""
