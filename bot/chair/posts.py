"""Everything that is said in a debate's thread: the announcement, what happens, the result."""

from bot.chair.announcing import announcement
from bot.chair.buttons import vote_buttons
from bot.chair.calling import warning
from bot.chair.results import own_vote, result_card
from bot.chair.showing import speech
from bot.chair.telling import after

__all__ = ["after", "announcement", "own_vote", "result_card", "speech", "vote_buttons", "warning"]
