"""What every test stands on: hypothesis without deadlines, no way out to a network, no model server found."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import settings

from tests import oracles

settings.register_profile("rostrum", deadline=None)
settings.load_profile("rostrum")

_connect = socket.socket.connect


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine's loopback and nothing else."""

    def only_loopback(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for {address}")
        _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_loopback)


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Model servers that really run on this machine are never looked for."""
    monkeypatch.setattr("bot.llm.discover.PLACES", ())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many messages between the bot and platforms were held against what those publish."""
    ends = [one for some in terminalreporter.stats.values() for one in some if _is_end(one)]
    held = sum(value for one in ends for name, value in one.user_properties if name == oracles.HELD)
    if held:
        terminalreporter.write_line(f"{held:,} {oracles.HELD}")


def _is_end(report: object) -> bool:
    return isinstance(report, pytest.TestReport) and report.when == "teardown"
