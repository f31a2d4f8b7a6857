"""Runs a fake model server in a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.model_server import FakeModelServer


@contextlib.contextmanager
def running_in_thread(server: FakeModelServer) -> Iterator[FakeModelServer]:
    """The server, running until the block is left. Raises what went wrong in it."""
    started = threading.Event()
    stops: list[Callable[[], object]] = []

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        stops.append(lambda: loop.call_soon_threadsafe(over.set))
        async with server:
            started.set()
            await over.wait()

    with ThreadPoolExecutor(1, "fake-model-server") as pool:
        running = pool.submit(lambda: asyncio.run(serve()))
        running.add_done_callback(lambda _: started.set())
        started.wait()
        if running.done():
            running.result()
        try:
            yield server
        finally:
            stops[0]()
            running.result()
