"""Who said what, where: one typed command, click or submitted form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Role(IntEnum):
    """What a person may do here; each may do what those before it may."""

    MEMBER = 0
    CONTRIBUTOR = 1
    MODERATOR = 2
    ADMIN = 3
    OPERATOR = 4

    @property
    def title(self) -> str:
        """The word people use for it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is said. `community` carries its platform, so that no two are ever alike."""

    platform: str
    community: str
    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in a place; `role` is what they may do there, now."""

    id: str
    name: str
    role: Role = Role.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One thing asked of the bot: `text` is a command as typed, `values` what a form or a menu filled in.

    `arguments` stand in for `text` where a shell has split the line already. `asks_back` says whether the
    person can be shown a form (not in a pipe, nor with `--json`). `local` is who sits at the machine that
    runs the bot, and may name its files; `from_shell`, who has its shell, and the commands kept for that.
    `names` are the names of roles and channels by their ids, as far as the platform knows them.
    """

    member: Member
    place: Place
    text: str = ""
    arguments: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    asks_back: bool = True
    local: bool = False
    from_shell: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def stays(self) -> bool:
        """Whether somebody is there beyond this one command: in a chat, and not in a pipe or a shell."""
        return self.asks_back and not self.from_shell
