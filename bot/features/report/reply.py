"""How reports are answered, to the reporter alone, and what moderators see of them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.choices import named
from bot.chat.command import RoleId
from bot.chat.prose import escape
from bot.chat.reply import Block, Fact, Facts, Heading, Prose, Quote, Reply, Source, Sources, reply
from bot.ports import Report


def told() -> Reply:
    """A report was kept, and moderators are told."""
    return reply(
        Prose("Reported. Moderators will look at it."),
        data={"reported": True, "told": True},
        private=True,
    )


def kept(moderators: RoleId | None, names: Mapping[str, str]) -> Reply:
    """A report was kept where no channel for reports was chosen."""
    who = escape(named(moderators, names)) if moderators else "a moderator"
    return reply(
        Prose(
            "Reported, and kept. No channel for reports is chosen here, so nobody is told: "
            f"please write to {who} as well. An admin can choose a channel with `/setup`."
        ),
        data={"reported": True, "told": False},
        private=True,
    )


def known() -> Reply:
    """The same member has reported the same before."""
    said = Prose("You have reported that already; it is kept.")
    return reply(said, data={"reported": False}, private=True)


def notice(report: Report) -> Reply:
    """What moderators see, the reporter's name included."""
    rows = [Fact("Reported by", report.by.name), Fact("At", f"{report.at:%Y-%m-%d %H:%M} UTC")]
    if report.reason:
        rows.append(Fact("Reason", report.reason))
    blocks: list[Block] = [Heading("A member reported a message"), Quote(report.text), Facts(tuple(rows))]
    if report.link:
        blocks.append(Sources((Source(n=1, article=0, title="Where it was said", url=report.link),)))
    return reply(*blocks, data={"text": report.text, "link": report.link, "reason": report.reason})
