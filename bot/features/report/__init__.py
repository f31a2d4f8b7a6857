"""Brings what a member thinks a moderator should see before the moderators."""
