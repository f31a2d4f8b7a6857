"""`rostrum run` with a token, as a process of its own: it serves Discord, and leaves as a service should."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.platforms.discord.gateway import Gateway, open_gateway, until

WARNINGS = "error,ignore::DeprecationWarning:discord.player"
"""discord.py loads a module for voice that Python is about to drop."""


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with open_gateway() as opened:
        yield opened


@asynccontextmanager
async def rostrum(
    gateway: Gateway, folder: Path, *arguments: str, **env: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    ours = {
        "DISCORD_TOKEN": "the.bot-token_1234",
        "DISCORD_API_BASE": gateway.api_base,
        "DISCORD_GATEWAY": gateway.url,
        "LLM_DISCOVER": "off",
        "ROSTRUM_LIBRARY": "off",
        "PYTHONWARNINGS": WARNINGS,
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env={**kept, **ours, **env},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.readline()).decode()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_one_line_and_leaves_well_when_it_is_told_to_end(
    gateway: Gateway, tmp_path: Path, sign: signal.Signals
) -> None:
    async with rostrum(gateway, tmp_path, "run") as process:
        line = await line_of(process)
        assert line.startswith("Connected to Discord as rostrum, in 1 server. Invite link: https://")
        process.send_signal(sign)
        out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"", b"")
    assert gateway.registered


async def test_what_comes_on_standard_input_is_left_alone_and_its_end_is_no_end(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with rostrum(gateway, tmp_path, "run") as process:
        assert process.stdin is not None
        process.stdin.write(b"/help\n/quit\n")
        process.stdin.close()
        await line_of(process)
        gateway.reset()
        await until(lambda: gateway.resumes)
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
        assert (process.returncode, out) == (0, b"")


async def test_a_second_start_registers_nothing_again(gateway: Gateway, tmp_path: Path) -> None:
    for _ in range(2):
        async with rostrum(gateway, tmp_path, "run") as process:
            await line_of(process)
            process.send_signal(signal.SIGTERM)
            await process.communicate()
            counted = len(gateway.registered)
    assert len(gateway.registered) == counted
    assert len(gateway.identifies) == 2


async def test_commands_go_to_the_one_server_that_is_for_trying_out(gateway: Gateway, tmp_path: Path) -> None:
    async with rostrum(gateway, tmp_path, "run", DISCORD_DEV_SERVER="33333333333333333") as process:
        await line_of(process)
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    path = "applications/22222222222222222/guilds/33333333333333333/commands"
    assert [where for where, _ in gateway.registered] == [path]


@pytest.mark.parametrize(
    ("code", "words"),
    [(4004, "The bot token is not valid."), (4014, "Privileged Gateway Intents")],
)
async def test_what_cannot_go_on_ends_with_a_clear_text_and_78(
    gateway: Gateway, tmp_path: Path, code: int, words: str
) -> None:
    async def refuse() -> None:
        await gateway.close(code)

    gateway.on_identify = refuse
    async with rostrum(gateway, tmp_path, "run") as process:
        out, err = await process.communicate()
    told = " ".join((out + err).decode().split())
    assert words in told
    assert "Traceback" not in told
    assert "the.bot-token_1234" not in told
    assert process.returncode == 78
    assert len(gateway.identifies) == 1


async def test_a_token_that_discord_does_not_know_ends_with_78(gateway: Gateway, tmp_path: Path) -> None:
    gateway.token_is_good = False
    async with rostrum(gateway, tmp_path, "run") as process:
        out, err = await process.communicate()
    assert b"The bot token is not valid." in out + err
    assert process.returncode == 78


async def test_the_chat_stays_in_the_terminal(gateway: Gateway, tmp_path: Path) -> None:
    async with rostrum(gateway, tmp_path, "chat") as process:
        out, _ = await process.communicate(b"/help ask\n")
    assert b"/ask" in out
    assert process.returncode == 0
    assert not gateway.identifies


async def test_doctor_looks_at_discord_where_a_token_is_set(gateway: Gateway, tmp_path: Path) -> None:
    async with rostrum(gateway, tmp_path, "doctor") as process:
        out, _ = await process.communicate()
        assert b"Accepted; the bot is called rostrum" in out
        assert b"client_id=22222222222222222" in out
    async with rostrum(gateway, tmp_path, "doctor", DISCORD_TOKEN="") as process:
        out, _ = await process.communicate()
        assert b"Discord" not in out
