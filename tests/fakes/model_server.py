"""A model server for tests: real HTTP/1.1 on loopback, honest checks, any quirk or fault on request.

    async with FakeModelServer(kind="ollama", quirks=["content-null"]) as server:
        client = … server.base_url …          # "http://127.0.0.1:49152/v1"
        assert server.requests[0].body["model"] == "small-model"
        assert server.open_sockets == 0

    with running_in_thread(FakeModelServer(...)) as server:     # for other processes, benchmarks
        …

    python -m tests.fakes.model_server --kind ollama --quirk content-null    # by hand; --list shows all

Arguments, all by name, each also an attribute that may be changed while it runs:

- `kind`: "openai" (a plain hosted one), "ollama", "lmstudio", "llamacpp", "vllm", "sglang", "jan".
- `quirks`: names from `tests.fakes.quirks.QUIRKS` or `tests.fakes.faults.FAULTS`, played at every call.
- `script`: what the next POSTs to /chat/completions and /embeddings meet, one entry a call, in the order of
  arrival: a name, several names in a tuple, an `Answer`, or "fine". When it is used up, all is fine.
- `author`: `(messages, body) -> str` writes the answers; see `tests.fakes.author`, `tests.fakes.misbehaving`.
- `models` (default "small-model"), `embedding_models`: the names that are known; others get a 404.
- `api_key`: must then come as a bearer, or it is a 401.
- `context_window`: tokens (4 characters each) that prompt and answer must fit; what happens otherwise is the
  kind's. `advertised_window`: what is told of it, where that is not the same. `loaded`: whether the model is.
- `dimensions`: of embeddings. `gap_s`: seconds between the parts of a stream. `wait_s`: what Retry-After
  headers say. `loading_calls`: how many calls the quirk "loading" lasts. `redirect_to`: where redirects lead.
- `hold_after`: a stream stops after so many events until `go_on()`.

What it tells: `base_url`, `url` (without /v1), `requests` (every `Received`, in order), `calls` (those to
/chat/completions and /embeddings), `open_sockets` (connections open now), `most_open_sockets`, `at_work` and
`most_at_work` (requests being answered), `cancelled` (requests whose client left before the answer was out),
`await until(lambda: …)` (waits for something to come true).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Self

from tests.fakes.answering import answer_to
from tests.fakes.author import Author, grounded
from tests.fakes.connection import Answer, Connection, Received
from tests.fakes.faults import FAULTS
from tests.fakes.kinds import KINDS
from tests.fakes.misbehaving import MISBEHAVIOURS, misbehaving
from tests.fakes.play import Call
from tests.fakes.quirks import QUIRKS
from tests.fakes.thread import running_in_thread

PLAYS = {**QUIRKS, **FAULTS}
"""Every quirk and fault by name."""

Entry = str | Answer | tuple[str, ...]

__all__ = ["FAULTS", "PLAYS", "QUIRKS", "Answer", "FakeModelServer", "Received", "running_in_thread"]


class FakeModelServer:
    """See the top of this file."""

    def __init__(
        self,
        *,
        kind: str = "openai",
        quirks: Sequence[str] = (),
        script: Sequence[Entry] = (),
        author: Author = grounded,
        models: Sequence[str] = ("small-model",),
        embedding_models: Sequence[str] = (),
        api_key: str | None = None,
        context_window: int | None = None,
        advertised_window: int | None = None,
        loaded: bool = True,
        dimensions: int = 64,
        gap_s: float = 0.0,
        wait_s: float = 1.0,
        loading_calls: int = 3,
        redirect_to: str = "http://elsewhere.invalid/v1/chat/completions",
        hold_after: int | None = None,
        port: int = 0,
    ) -> None:
        self.kind = KINDS[kind]
        self.quirks = list(quirks)
        self.script = list(script)
        self.author = author
        self.models, self.embedding_models = tuple(models), tuple(embedding_models)
        self.api_key = api_key
        self.context_window = context_window
        self.advertised_window = advertised_window or context_window
        self.loaded = loaded
        self.dimensions = dimensions
        self.gap_s, self.wait_s = gap_s, wait_s
        self.loading_calls = loading_calls
        self.redirect_to = redirect_to
        self.hold_after = hold_after
        self.requests: list[Received] = []
        self.cancelled: list[Received] = []
        self.at_work = self.most_at_work = self.most_open_sockets = 0
        self.base_path = "/v1"
        self._port = port
        self._open: set[Connection] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._connections = 0
        self._failure: Exception | None = None
        self._stopping = False
        _known(*self.quirks, *(entry for entry in self.script if not isinstance(entry, Answer)))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What a client is given as the address of its endpoint."""
        return f"{self.url}{self.base_path}"

    @property
    def open_sockets(self) -> int:
        """How many connections are open right now."""
        return len(self._open)

    @property
    def calls(self) -> list[Received]:
        """The requests that asked a model for something."""
        return [each for each in self.requests if each.path.endswith(("/chat/completions", "/embeddings"))]

    async def until(self, condition: Callable[[], bool], *, within_s: float = 30.0) -> None:
        """Wait until something is so. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110  # any condition, also one of another thread
                await asyncio.sleep(0.002)

    def go_on(self) -> None:
        """Let every held stream go on; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._held.set)

    async def open_port(self) -> None:
        """Listen, where "port-closed-until-ready" has kept the port closed so far."""
        await self._server.start_serving()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._held = asyncio.Event()
        closed = "port-closed-until-ready" in self.quirks
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self._port, start_serving=not closed, limit=1 << 20, backlog=512
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stopping = True
        self._server.close()
        for connection in self._open:
            connection.drop()
        while self._serving:
            await asyncio.wait(self._serving)
        await self._server.wait_closed()
        if self._failure is not None and kind is None:
            raise self._failure

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._connections += 1
        connection = Connection(reader, writer, self._connections)
        self._open.add(connection)
        self.most_open_sockets = max(self.most_open_sockets, self.open_sockets)
        listening = asyncio.create_task(connection.listen())
        talking = asyncio.create_task(self._talk(connection))
        try:
            await asyncio.wait({listening, talking}, return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                await connection.close()
        finally:
            self._open.discard(connection)
            connection.drop()
            talking.cancel()
            await asyncio.gather(listening, talking, return_exceptions=True)
            self._serving.discard(task)

    async def _talk(self, connection: Connection) -> None:
        again = True
        while again and (received := await connection.request(len(self.requests) + 1)) is not None:
            self.requests.append(received)
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
            try:
                self._held.clear()
                answer = self._answer(received)
                again = await connection.send(answer, received, gap_s=self.gap_s, held=self._held)
            except (asyncio.CancelledError, ConnectionError):
                self._left(received)
                raise
            except Exception as error:
                self._failure = self._failure or error
                raise
            finally:
                self.at_work -= 1

    def _left(self, received: Received) -> None:
        if not received.finished and not self._stopping:
            received.gone = True
            self.cancelled.append(received)

    def _answer(self, received: Received) -> Answer:
        call = Call(server=self, received=received, route=self._route(received))
        entry = self._next_entry() if call.route in ("chat", "embeddings") else "fine"
        if isinstance(entry, Answer):
            return entry
        names = [*self.kind.habits, *self.quirks, *(entry if isinstance(entry, tuple) else [entry])]
        plays = (PLAYS[name] for name in names if name != "fine")
        call.plays = tuple(play for play in plays if play.applies(call))
        return answer_to(call)

    def _route(self, received: Received) -> str:
        rest = received.path.removeprefix(self.base_path) if received.path.startswith(self.base_path) else ""
        routes = {
            ("POST", "/chat/completions"): "chat",
            ("POST", "/embeddings"): "embeddings",
            ("GET", "/models"): "models",
        }
        return routes.get((received.method, rest), "other")

    def _next_entry(self) -> Entry:
        entry = self.script.pop(0) if self.script else "fine"
        if not isinstance(entry, Answer):
            _known(entry)
        return entry

    def still_loading(self) -> bool:
        """Whether the model is still being loaded; each question brings the end nearer."""
        self.loading_calls -= 1
        return self.loading_calls >= 0


def _known(*entries: str | tuple[str, ...]) -> None:
    names = [name for entry in entries for name in (entry if isinstance(entry, tuple) else (entry,))]
    unknown = [name for name in names if name not in PLAYS and name != "fine"]
    if unknown:
        raise ValueError(f"no such quirk or fault: {', '.join(unknown)}")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fakes.model_server", description="A model server for tests.")
    parser.add_argument("--kind", choices=sorted(KINDS), default="openai")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--quirk", action="append", default=[], metavar="NAME", help="may be given several times"
    )
    parser.add_argument("--model", action="append", metavar="NAME", help="may be given several times")
    parser.add_argument("--key", metavar="KEY", help="the API key that is required")
    parser.add_argument("--window", type=int, metavar="TOKENS", help="the context window")
    parser.add_argument(
        "--gap", type=float, default=0.0, metavar="SECONDS", help="between the parts of a stream"
    )
    parser.add_argument("--fault-of-the-author", choices=sorted(MISBEHAVIOURS), dest="misbehaviour")
    parser.add_argument("--list", action="store_true", help="list all quirks and faults")
    return parser.parse_args(argv)


def _listing() -> str:
    lines = [f"{play.section:6} {name:46} {play.row}: {play.does}" for name, play in PLAYS.items()]
    return "\n".join([*lines, ""])


async def _serve(options: argparse.Namespace) -> None:
    server = FakeModelServer(
        kind=options.kind,
        port=options.port,
        quirks=options.quirk,
        models=options.model or ("small-model",),
        api_key=options.key,
        context_window=options.window,
        gap_s=options.gap,
        author=misbehaving(options.misbehaviour) if options.misbehaviour else grounded,
    )
    async with server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until killed, or list what can be played."""
    options = _arguments(argv)
    if options.list:
        sys.stdout.write(_listing())
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options))


if __name__ == "__main__":
    main()
