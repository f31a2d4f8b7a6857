"""What people can do, a folder each: the command, its use case, the replies."""
