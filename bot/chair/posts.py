"""Everything that is said of a debate: its one message in the channel, what happens, the result."""

from bot.chair.announcing import announcement
from bot.chair.buttons import of_moderator, vote_buttons
from bot.chair.calling import warning
from bot.chair.heads import head, is_due
from bot.chair.results import own_vote, result_card
from bot.chair.showing import speech
from bot.chair.telling import after

__all__ = [
    "after",
    "announcement",
    "head",
    "is_due",
    "of_moderator",
    "own_vote",
    "result_card",
    "speech",
    "vote_buttons",
    "warning",
]
