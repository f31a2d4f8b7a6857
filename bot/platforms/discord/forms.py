"""Forms as Discord's modals, and what was typed into them; forms whose time comes later keep their place."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from bot.chat.bind import form
from bot.chat.catalog import Catalog
from bot.chat.reply import Field, Form
from bot.chat.typed import as_line, from_line
from bot.errors import InputError, NotFound
from bot.platforms.discord.register import cut

FORM = "!form:"
"""What the custom id of a form begins with, which no command line does."""

_FIELDS, _TITLE, _LABEL, _DESCRIPTION, _TEXT, _ID, _CHOICES = 5, 45, 45, 100, 4000, 100, 25
_KEPT = 1000
_KEY = "="


class Forms:
    """Custom ids for forms. What a short id cannot say is remembered, for the newest 1,000 forms."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: OrderedDict[str, Form] = OrderedDict()

    def keep(self, asked: Form) -> str:
        """A custom id that brings the form back; over a restart as well where it fits into the id."""
        line = FORM + as_line(asked.command, asked.known)
        if len(line) <= _ID and self._from_line(line) == asked:
            return line
        key = f"{FORM}{_KEY}{secrets.token_hex(8)}"
        self._kept[key] = asked
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return key

    def form(self, custom_id: str) -> Form | None:
        """The form of a custom id; `None` for one that is no longer known."""
        return self._kept.get(custom_id) or self._from_line(custom_id)

    def _from_line(self, custom_id: str) -> Form | None:
        line = custom_id.removeprefix(FORM)
        if line.startswith(_KEY):
            return None
        try:
            typed = from_line(self._catalog, line)
        except (InputError, NotFound):
            return None
        asked = form(typed.command, typed.values)
        return asked if asked.fields else None


def modal(asked: Form, custom_id: str) -> ui.Modal:
    """The modal of a form, which nobody waits for. Of more than five fields those come that are required."""
    shown = ui.Modal(title=cut(f"/{asked.command}", _TITLE), custom_id=custom_id, timeout=None)
    for one in sorted(asked.fields, key=lambda one: not one.required)[:_FIELDS]:
        shown.add_item(_labelled(one))
    shown.stop()
    return shown


def _labelled(one: Field) -> ui.Label[Any]:
    label = cut(one.label, _LABEL)
    more = cut(one.label, _DESCRIPTION) if label != one.label else None
    return ui.Label(text=label, description=more, component=_asking(one))


def _asking(one: Field) -> ui.Item[Any]:
    least = 1 if one.required else 0
    match one.pick:
        case "role":
            return ui.RoleSelect(custom_id=one.name, min_values=least, max_values=1, required=one.required)
        case "channel":
            return ui.ChannelSelect(
                custom_id=one.name,
                channel_types=[discord.ChannelType.text],
                min_values=least,
                max_values=1,
                required=one.required,
            )
        case "file":
            return ui.FileUpload(custom_id=one.name, min_values=least, max_values=1, required=one.required)
    if one.choices and len(one.choices) <= _CHOICES:
        options = [discord.SelectOption(label=c, value=c, default=c == one.default) for c in one.choices]
        return ui.Select(custom_id=one.name, options=options, min_values=least, required=one.required)
    return ui.TextInput(
        custom_id=one.name,
        style=discord.TextStyle.paragraph if one.long else discord.TextStyle.short,
        default=one.default[:_TEXT] or None,
        max_length=_TEXT,
        required=one.required,
    )


def values(data: Mapping[str, Any]) -> dict[str, str]:
    """What was typed and picked, by the names of the fields; what was left empty is left out."""
    asked = [one.get("component") or {} for one in data.get("components") or []]
    given = {one["custom_id"]: _given(one) for one in asked if "custom_id" in one}
    return {name: text for name, text in given.items() if text}


def _given(component: Mapping[str, Any]) -> str:
    picked = component.get("values") or []
    return str(component.get("value") or (picked[0] if picked else ""))
