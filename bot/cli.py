"""`rostrum …`: the commands of the chat, `run` for the chat itself, and exit codes to rely on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys

from bot.dispatch import error_reply
from bot.errors import InputError, RostrumError
from bot.features.doctor import reply as doctor
from bot.platforms.terminal import shell
from bot.settings import Settings, load

_CHAT = ("run", "chat")


def main() -> int:
    """Run what the arguments say.

    0: done; 2: bad input; 75: start me again; 78: settings, token, data folder, database; 1: other.
    """
    _speak_utf8()
    arguments = [argument for argument in sys.argv[1:] if argument != "--json"]
    as_json = "--json" in sys.argv[1:]
    if arguments[:1] in (["--version"], ["-V"]):
        from importlib.metadata import version  # seldom asked for, slow to load

        sys.stdout.write(f"rostrum {version('rostrum-bot')}\n")
        return 0
    try:
        return _run(arguments, as_json=as_json)
    except RostrumError as error:
        failed = doctor.failed(error) if arguments[:1] == ["doctor"] else error_reply(error)
        return shell.tell(failed, as_json=as_json)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said there.
        _speak_no_more()
        return 0
    except OSError as error:
        _speak_no_more()
        sys.stderr.write(f"I cannot write my answer: {error.strerror}.\n")
        return 1


def _run(arguments: list[str], *, as_json: bool) -> int:
    settings = load()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s %(message)s")
    for warning in settings.warnings:
        sys.stderr.write(f"{warning}\n")
    if arguments[:1] and arguments[0] in _CHAT:
        if arguments[1:] or as_json:
            raise InputError(f"rostrum {arguments[0]} opens the chat and takes nothing more.")
        on_discord = arguments[0] == "run" and settings.discord_token
        return asyncio.run(_discord(settings) if on_discord else _chat(settings))
    if not arguments or arguments[0] in ("--help", "-h"):
        arguments = ["help", *arguments[1:]]
    elif arguments[-1] in ("--help", "-h"):
        arguments = ["help", *arguments[:-1]]
    return asyncio.run(_once(settings, arguments, as_json=as_json))


def _speak_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _once(settings: Settings, arguments: list[str], *, as_json: bool) -> int:
    from bot.app import opened  # so much is not needed to say that a setting is wrong

    async with opened(settings, platform="shell") as app:
        return await shell.run(app.dispatch, app.outbox, app.home, app.operator, arguments, as_json=as_json)


async def _chat(settings: Settings) -> int:
    from bot.app import opened  # as above
    from bot.platforms.terminal.receive import Chat, standard_input

    async with opened(settings, platform="terminal") as app:
        chat = Chat(app.dispatch, app.outbox, app.home, app.operator)
        if sys.stdin and sys.stdin.isatty() and sys.stdout.isatty():
            await chat.from_keyboard(str(settings.data / "terminal-history"))
        else:
            await chat.from_pipe(standard_input())
    return 0


async def _discord(settings: Settings) -> int:
    """The bot on Discord, until the process is asked to end. Standard input is left alone."""
    from bot.app import opened  # as above
    from bot.app.discord import access
    from bot.platforms.discord.run import serve

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopping.set)
    async with opened(settings, platform="discord") as app:
        await serve(access(settings), app, settings.data / "discord.json", _tell_operator, stopping)
    return 0


def _tell_operator(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # real streams can
