"""Runs an invocation to its end, forms included: what is missing is asked for, and the command runs again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.chat.invocation import Invocation
from bot.chat.reply import Form, Prose, Reply, reply
from bot.dispatch import Dispatch, Screen
from bot.errors import InputError

Fill = Callable[[Form], Awaitable[dict[str, str] | None]]
"""Asks a person for a form's values; `None` when they would rather not."""


async def run_filled(dispatch: Dispatch, call: Invocation, screen: Screen, fill: Fill | None) -> Reply:
    """The last reply, after every form on the way was filled in (or one was not).

    A form whose values are refused is asked again, with what was typed.
    """
    last = await dispatch(call, screen)
    while fill and (form := _form(last)):
        while True:
            values = await fill(form)
            if values is None:
                last = reply(Prose("Left as it was; nothing was done."))
                await screen.show(last)
                await screen.finish()
                return last
            call = replace(call, text=f"/{form.command}", arguments=(), values={**form.known, **values})
            last = await dispatch(call, screen)
            if not isinstance(last.error, InputError):
                break
            fields = tuple(replace(one, default=values.get(one.name, one.default)) for one in form.fields)
            form = replace(form, fields=fields)
    return last


def _form(shown: Reply) -> Form | None:
    return next((block for block in shown.blocks if isinstance(block, Form)), None)
