"""How a community's choices look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.chat.choices import KEYS, Choices, named
from bot.chat.command import ChannelId, RoleId
from bot.chat.reply import Actions, Block, Button, Fact, Facts, Heading, Prose, Reply, reply
from bot.ports import ChoiceMade

_LONGEST = 80
"""Characters of a value in the list of changes."""

OTHERWISE = {
    "moderators": "those who may manage threads here",
    "contributors": "those who may manage messages here",
    "duels": "only moderators start them",
    "reports": "kept, but no moderator is told",
    "endpoint": "the one that whoever runs me has set",
    "words": "all are allowed",
}
"""What holds where nothing was chosen."""

DOES = {
    "moderators": "may start and moderate debates",
    "contributors": "may change the articles",
    "duels": "any member may start a duel in this channel",
    "reports": "moderators read here what members report",
    "endpoint": "the only one that sees questions asked here",
    "words": "refused in speeches and questions; models' speeches go without them",
}

_LABELS = {
    "moderators": "Moderators' role",
    "contributors": "Contributors' role",
    "duels": "Channel for duels",
    "reports": "Channel for reports",
    "endpoint": "Endpoint",
    "words": "Words not allowed",
}
_FORMS = (
    *(Button(label, f"settings {key}") for key, label in _LABELS.items()),
    Button("What was changed", "settings show"),
)

_KINDS = {"moderators": RoleId, "contributors": RoleId, "duels": ChannelId, "reports": ChannelId}


def card(choices: Choices, names: Mapping[str, str]) -> Reply:
    """Everything that can be chosen, what each does, and the way to each."""
    rows = [
        Fact(key.capitalize(), f"{does}. Now: {_shown(choices, key, names)}") for key, does in DOES.items()
    ]
    return reply(
        Heading("Set me up for this community"),
        Prose("Everything works without a choice. What you choose holds at once."),
        Facts(tuple(rows)),
        Actions(_FORMS),
        Prose("`/settings set` changes several at once, and its `reset:` takes one back."),
        data=_data(choices),
    )


def settings(choices: Choices, changes: Sequence[ChoiceMade], names: Mapping[str, str]) -> Reply:
    """The choices, and the newest changes."""
    rows = [Fact(key.capitalize(), _shown(choices, key, names)) for key in KEYS]
    data = {**_data(choices), "changes": [_change_data(one) for one in changes]}
    return reply(Heading("Settings"), Facts(tuple(rows)), *_history(changes, names), data=data)


def changed(choices: Choices, keys: Collection[str], names: Mapping[str, str]) -> Reply:
    """What holds from now on."""
    rows = [Fact(key.capitalize(), _shown(choices, key, names)) for key in KEYS if key in keys]
    return reply(Prose("From now on:"), Facts(tuple(rows)), data=_data(choices))


def _shown(choices: Choices, key: str, names: Mapping[str, str]) -> str:
    value = getattr(choices, key)
    return f"not chosen: {OTHERWISE[key]}" if value is None else named(value, names)


def _history(changes: Sequence[ChoiceMade], names: Mapping[str, str]) -> list[Block]:
    if not changes:
        return [Prose("Nothing was changed yet.")]
    rows = [
        Fact(
            f"{one.at:%Y-%m-%d %H:%M} UTC",
            f"{one.by.name}: {one.key} from {_value(one.key, one.before, names)} "
            f"to {_value(one.key, one.after, names)}",
        )
        for one in changes
    ]
    return [Heading("Changes, newest first"), Facts(tuple(rows))]


def _value(key: str, value: str | None, names: Mapping[str, str]) -> str:
    if value is None:
        return "nothing"
    shown = named(_KINDS.get(key, str)(value), names)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _data(choices: Choices) -> dict[str, Any]:
    return {key: getattr(choices, key) for key in KEYS}


def _change_data(one: ChoiceMade) -> dict[str, Any]:
    at = one.at.isoformat(timespec="seconds")
    return {"key": one.key, "before": one.before, "after": one.after, "by": one.by.name, "at": at}
