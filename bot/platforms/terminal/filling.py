"""Runs an invocation to its end, forms included: what is missing is asked for, and the command runs again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.chat.invocation import Invocation
from bot.chat.reply import Form, Prose, Reply, reply
from bot.dispatch import Dispatch, Screen

Fill = Callable[[Form], Awaitable[dict[str, str] | None]]
"""Asks a person for a form's values; `None` when they would rather not."""


async def run_filled(dispatch: Dispatch, call: Invocation, screen: Screen, fill: Fill | None) -> Reply:
    """The last reply, after every form on the way was filled in (or one was not)."""
    last = await dispatch(call, screen)
    while fill and (form := next((block for block in last.blocks if isinstance(block, Form)), None)):
        values = await fill(form)
        if values is None:
            last = reply(Prose("Left as it was; nothing was done."))
            await screen.show(last)
            await screen.finish()
            break
        call = replace(call, text=f"/{form.command}", arguments=(), values={**form.known, **values})
        last = await dispatch(call, screen)
    return last
