"""How help looks."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.command import Command, Kind, Parameter
from bot.chat.invocation import Role
from bot.chat.prose import escape
from bot.chat.reply import Actions, Block, Button, Fact, Facts, Heading, Prose, Reply, reply
from bot.chat.typed import as_line
from bot.model import Model

_IN_CHAT = "A question without a command is an `/ask`. `/help ask` tells more about one command."
_IN_SHELL = (
    '`rostrum run` opens the chat. Here they are typed without the slash: `rostrum ask "…"`, and '
    "`rostrum ask --help` tells more. `--json` prints one JSON value. Exit codes: 0 done, 2 bad input, "
    "78 settings, data folder or database, 1 other."
)


def all_commands(
    commands: Sequence[Command], seen_by: Sequence[str] | None, *, in_shell: bool = False
) -> Reply:
    """The commands, a line each, and who outside sees what is asked; `None` where no model is asked."""
    rows = tuple(Fact(f"/{command.name}", command.description) for command in commands)
    return reply(
        Heading("What you can type"),
        Facts(rows),
        Prose(_IN_SHELL if in_shell else _IN_CHAT),
        *([Prose(_who_sees(seen_by))] if seen_by is not None else []),
        data=[{"command": command.name, "description": command.description} for command in commands],
    )


def _who_sees(hosts: Sequence[str]) -> str:
    """Where questions go, and the passages that may answer them."""
    if not hosts:
        return "Questions and passages stay on this machine."
    named = " and ".join(f"**{escape(host)}**" for host in hosts)
    return f"Questions, and passages of the articles, are sent to {named}."


def _writer(models: Sequence[Model]) -> str:
    """Who writes the answers, and what is wrong where nobody can, or only another one."""
    if not models:
        return "no model: I answer in quotations."
    able = [model for model in models if not model.problem]
    unable = [model for model in models if model.problem]
    if not able:
        return f"but no model yet: {escape(unable[0].problem)} Until then I answer in quotations."
    said = f"answers by {escape(able[0].name)} {escape(able[0].where)}, checked against them."
    if unable:
        said += f" ({escape(unable[0].endpoint)} does not answer: {escape(unable[0].problem)})"
    return said


def welcome(articles: int, models: Sequence[Model] = ()) -> Reply:
    """The first screen: what is here, and three things to try, each a digit away."""
    here = f"{articles} article{'s' if articles != 1 else ''}" if articles else "No articles yet"
    return reply(
        Prose(f"**Rostrum** · {here}, {_writer(models)} Ask a question, or try:"),
        Actions(tuple(Button(label, action) for label, action in (_FIRST if articles else _EMPTY))),
        Prose("A number does what stands beside it. Tab completes; Ctrl-D leaves."),
        data={
            "articles": articles,
            "models": [
                {"name": one.name, "host": one.host, "server": one.server, "problem": one.problem}
                for one in models
            ],
        },
    )


_QUESTION = "What did xAI promise about Grok 2?"
_FIRST = (
    (_QUESTION, as_line("ask", {"question": _QUESTION})),
    ("A debate: should open source mean open data?", "debate start"),
    ("/help", "help"),
)
_EMPTY = (("/help articles add", "help articles add"), ("/help", "help"))


def one_command(command: Command) -> Reply:
    """One command with its options."""
    blocks: list[Block] = [
        Heading(f"/{command.name}"),
        Prose(escape(f"{command.description} {command.details}".strip())),
    ]
    rows = [Fact("Usage", f"/{command.usage}")]
    if command.example:
        rows.append(Fact("Example", f"/{command.name} {command.example}"))
    if command.role > Role.MEMBER:
        rows.append(Fact("For", f"{command.role.title}s"))
    rows += [Fact(parameter.name.replace("_", "-"), _says(parameter)) for parameter in command.parameters]
    options = [{"name": p.name, "label": p.option.label, "required": p.required} for p in command.parameters]
    return reply(
        *blocks,
        Facts(tuple(rows)),
        data={"command": command.name, "usage": command.usage, "options": options},
    )


def _says(parameter: Parameter) -> str:
    parts = [parameter.option.label]
    if parameter.kind is Kind.CHOICE:
        parts.append(" · ".join(parameter.choices))
    elif parameter.kind is not Kind.TEXT:
        parts.append(
            {Kind.DATE: "a date, such as 2026-12-01"}.get(parameter.kind, f"a {parameter.kind.value}")
        )
    if not parameter.required:
        default = "" if parameter.default in (None, False) else f", {parameter.default} if left out"
        parts.append(f"optional{default}")
    return "; ".join(parts)
