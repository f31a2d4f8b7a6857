"""What runs later: jobs, by name, each once."""

from bot.engine.inprocess import InProcessJobs

__all__ = ["InProcessJobs"]
