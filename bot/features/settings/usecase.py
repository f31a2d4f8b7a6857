"""Shows and changes what a community has chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict

from bot.chat.choices import KEYS
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.debating.events import Actor
from bot.errors import InputError, NotFound
from bot.features.settings import reply as replies
from bot.features.settings.command import (
    SetChoices,
    SetContributors,
    SetDuels,
    SetEndpoint,
    SetModerators,
    SetReports,
    Setup,
    SetWords,
    ShowSettings,
)
from bot.plain import one_line
from bot.ports import Communities, LanguageModel

CHANGES_SHOWN = 10


class SetsUp:
    """Shows the card from which everything can be chosen."""

    def __init__(self, communities: Communities) -> None:
        self._communities = communities

    async def __call__(self, request: Setup, call: Invocation) -> AsyncIterator[Reply]:
        yield replies.card(await self._communities.choices(call.place.community), call.names)


class ShowsSettings:
    """Shows the choices and their newest changes."""

    def __init__(self, communities: Communities) -> None:
        self._communities = communities

    async def __call__(self, request: ShowSettings, call: Invocation) -> AsyncIterator[Reply]:
        community = call.place.community
        choices = await self._communities.choices(community)
        changes = await self._communities.history(community, CHANGES_SHOWN)
        yield replies.settings(choices, changes, call.names)


class _Chooses:
    """Changes choices, once they were found to make sense."""

    def __init__(self, communities: Communities, model: LanguageModel) -> None:
        self._communities = communities
        self._model = model

    async def _choose(self, given: Mapping[str, str | None], call: Invocation) -> Reply:
        changes = {key: await self._checked(key, value) for key, value in given.items()}
        community, by = call.place.community, Actor(call.member.id, call.member.name)
        choices = await self._communities.change(community, by, changes)
        return replies.changed(choices, changes.keys(), call.names)

    async def _checked(self, key: str, value: str | None) -> str | None:
        """The value as it is kept. Raises NotFound, InputError."""
        match key, value:
            case "endpoint", str():
                return await self._endpoint(value)
            case "words", str():
                return _listed(value)
            case _:
                return value

    async def _endpoint(self, wanted: str) -> str:
        names = [one.endpoint for one in await self._model.models(every=True)]
        found = next((name for name in names if name.casefold() == wanted.casefold()), None)
        if found is None:
            there = f"There is: {', '.join(names)}." if names else "Whoever runs me has set none."
            raise NotFound(f"There is no endpoint “{wanted}”.", there)
        return found


class SetsChoices(_Chooses):
    """Changes any choices, and takes one back."""

    async def __call__(self, request: SetChoices, call: Invocation) -> AsyncIterator[Reply]:
        given: dict[str, str | None] = {key: value for key in KEYS if (value := getattr(request, key))}
        if request.reset in given:
            raise InputError(
                f"Either choose {request.reset} or take it back, not both.", "Leave one of them out."
            )
        if request.reset:
            given[request.reset.value] = None
        if not given:
            raise InputError("Nothing to change was named.", "/setup shows what can be chosen.")
        yield await self._choose(given, call)


class SetsModerators(_Chooses):
    """Changes the role of moderators."""

    async def __call__(self, request: SetModerators, call: Invocation) -> AsyncIterator[Reply]:
        yield await self._choose(asdict(request), call)


class SetsContributors(_Chooses):
    """Changes the role of contributors."""

    async def __call__(self, request: SetContributors, call: Invocation) -> AsyncIterator[Reply]:
        yield await self._choose(asdict(request), call)


class SetsDuels(_Chooses):
    """Changes the channel for duels."""

    async def __call__(self, request: SetDuels, call: Invocation) -> AsyncIterator[Reply]:
        yield await self._choose(asdict(request), call)


class SetsReports(_Chooses):
    """Changes the channel for reports."""

    async def __call__(self, request: SetReports, call: Invocation) -> AsyncIterator[Reply]:
        yield await self._choose(asdict(request), call)


class SetsEndpoint(_Chooses):
    """Changes the endpoint."""

    async def __call__(self, request: SetEndpoint, call: Invocation) -> AsyncIterator[Reply]:
        yield await self._choose(asdict(request), call)


class SetsWords(_Chooses):
    """Changes the word list."""

    async def __call__(self, request: SetWords, call: Invocation) -> AsyncIterator[Reply]:
        yield await self._choose(asdict(request), call)


class EndpointNames:
    """Completes the names of the endpoints there are."""

    source = "endpoint"

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        names = [one.endpoint for one in await self._model.models(every=True)]
        return [name for name in names if name.casefold().startswith(typed.casefold())][:25]


def _listed(text: str) -> str:
    """Words between commas, each once. Raises InputError where there is none."""
    words = dict.fromkeys(word for part in text.split(",") if (word := one_line(part)))
    if not any(any(letter.isalnum() for letter in word) for word in words):
        raise InputError("There is no word in that list.", "/settings set reset:words takes the list back.")
    return ", ".join(words)
