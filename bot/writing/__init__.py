"""What is written out of the articles: by a model, checked, and in quotations that stand there."""

from bot.writing.answers import Drafted, Waiting, Written, write
from bot.writing.excerpts import PASSAGES, excerpts, fence, request_of
from bot.writing.quoting import Quotation, quotation
from bot.writing.rewording import Rewording
from bot.writing.showing import source, source_data, unwritten

__all__ = [
    "PASSAGES",
    "Drafted",
    "Quotation",
    "Rewording",
    "Waiting",
    "Written",
    "excerpts",
    "fence",
    "quotation",
    "request_of",
    "source",
    "source_data",
    "unwritten",
    "write",
]
