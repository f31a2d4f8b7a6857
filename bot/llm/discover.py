"""Finds model servers on this machine, and from inside a container also on the machine around it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm.listing import read_models
from bot.llm.recognising import (
    DESCRIPTION,
    ENGINES,
    MODELS,
    QUESTIONS,
    UNNAMED,
    Kind,
    by_answers,
    by_owner,
    is_model_list,
)
from bot.llm.wire import headers

if TYPE_CHECKING:
    from bot.llm.http import Http

Place = tuple[str, int]

_HERE = "127.0.0.1"
_AROUND = "host.docker.internal"

PLACES: tuple[Place, ...] = tuple(
    # Ollama, LM Studio, llama.cpp, vLLM, SGLang, Jan, KoboldCpp, text-generation-webui, LiteLLM, Docker
    (_HERE, port)
    for port in (11434, 1234, 8080, 8000, 30000, 1337, 5001, 5000, 4000, 12434)
)
"""Where servers listen unless told otherwise; best first."""

TIMEOUT_S = 0.3
_MOST_BYTES = 2 * 2**20
_HEADERS = {"accept": "application/json", "accept-encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A server that was recognised."""

    place: Place
    kind: Kind
    base_url: str
    can_chat: bool


async def discover(*, places: Sequence[Place] | None = None, timeout_s: float = TIMEOUT_S) -> list[Endpoint]:
    """The model servers that answer at `places` (else PLACES), those with a model for chat first.

    Nothing is sent to a port where nobody listens; whoever does not answer within `timeout_s`, or not as a
    model server does, is passed over. Never raises.
    """
    if places is None:
        places = await _everywhere(timeout_s)
    listen = await asyncio.gather(*(_listens(place, timeout_s) for place in places))
    listening = [place for place, is_open in zip(places, listen, strict=True) if is_open]
    if not listening:
        return []
    from bot.llm.http import Http  # slow to load, and mostly nobody listens

    http = Http(secure=False, proxied=False)
    try:
        met = await asyncio.gather(*(_met(http, place, timeout_s) for place in listening))
    finally:
        await http.close()
    return _named(_each_once(filter(None, met)))


async def _everywhere(timeout_s: float) -> Sequence[Place]:
    inside = bool(PLACES) and await asyncio.to_thread(_in_container)
    if inside and await _is_known(_AROUND, timeout_s):
        return (*PLACES, *((_AROUND, port) for _, port in PLACES))
    return PLACES


def _in_container() -> bool:
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return True
    try:
        groups = Path("/proc/1/cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(word in groups for word in ("docker", "kubepods", "containerd", "libpod", "lxc"))


async def _is_known(host: str, timeout_s: float) -> bool:
    """Whether a host's name stands for an address.

    A look-up cannot be broken off and may take long; in a thread of its own nobody waits for it, not even at
    the end of the process.
    """
    loop = asyncio.get_running_loop()
    known: asyncio.Future[bool] = loop.create_future()

    def tell(is_known: bool) -> None:
        if not known.done():
            known.set_result(is_known)

    def look_up() -> None:
        try:
            is_known = bool(socket.getaddrinfo(host, None, socket.AF_INET))
        except OSError:
            is_known = False
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, is_known)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        async with asyncio.timeout(timeout_s):
            return await known
    except TimeoutError:
        return False


async def _listens(place: Place, timeout_s: float) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setblocking(False)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.get_running_loop().sock_connect(tried, place)
        except OSError:
            return False
    return True


async def _met(http: Http, place: Place, timeout_s: float) -> Met | None:
    root = f"http://{place[0]}:{place[1]}"

    async def ask(path: str) -> Any:
        return await _answer(http, root + path, timeout_s)

    path = MODELS
    models = await ask(path)
    if not is_model_list(models):
        path = ENGINES
        models = await ask(path)
        if not is_model_list(models):
            return None
    kind = await _kind(models, ask)
    can_chat = any(model.is_chat for model in read_models(models))
    return Met(place=place, kind=kind, base_url=root + path.removesuffix("/models"), can_chat=can_chat)


async def _kind(models: Any, ask: Callable[[str], Awaitable[Any]]) -> Kind:
    """Which server it is that lists these models, told by that or by what else it answers."""
    if kind := by_owner(models):
        return kind
    answers = await asyncio.gather(*map(ask, QUESTIONS))
    said = {MODELS: models, **dict(zip(QUESTIONS, answers, strict=True))}
    if isinstance(said["/"], str) and DESCRIPTION in said["/"]:
        said[DESCRIPTION] = await ask(DESCRIPTION)
    return by_answers(said)


async def recognised(endpoint: Endpoint, *, timeout_s: float = TIMEOUT_S) -> Endpoint:
    """The same endpoint with the server it is, where that runs on this machine and nobody has named it.

    It stays as it is where that cannot be told within `timeout_s`. Never raises.
    """
    if endpoint.provider or not endpoint.is_local or not endpoint.base_url.startswith("http://"):
        return endpoint
    from bot.llm.http import Http

    http, root = Http(secure=False, proxied=False), endpoint.base_url.removesuffix("/v1")
    sent = _HEADERS | headers(endpoint)  # it is the operator who says that this is the server for the key

    async def ask(path: str) -> Any:
        return await _answer(http, root + path, timeout_s, sent)

    try:
        async with asyncio.timeout(timeout_s):
            models = await ask(MODELS)
            kind = await _kind(models, ask) if is_model_list(models) else UNNAMED
    except TimeoutError:
        kind = UNNAMED
    finally:
        await http.close()
    return endpoint if kind is UNNAMED else replace(endpoint, provider=kind.provider, title=kind.title)


async def _answer(http: Http, url: str, timeout_s: float, sent: Mapping[str, str] = _HEADERS) -> Any:
    """The JSON value at an address, or its text; `None` where there is neither, or not in time."""
    until = asyncio.get_running_loop().time() + timeout_s
    try:
        async with http.send("GET", url, sent) as answer:
            await answer.begun(until)
            if answer.status != 200:
                return None
            data = await answer.all(until, _MOST_BYTES)
    except (ModelError, TimeoutError):
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data[:4096].decode("utf-8", "replace")


def _each_once(met: Iterable[Met]) -> list[Met]:
    """Without servers that are seen from both sides, as where a container shares its machine's network."""
    by_port: dict[int, Met] = {}
    for server in met:
        by_port.setdefault(server.place[1], server)
    return list(by_port.values())


def _named(met: list[Met]) -> list[Endpoint]:
    endpoints: dict[str, Endpoint] = {}
    for server in sorted(met, key=lambda server: not server.can_chat):
        kind = server.kind
        endpoint = Endpoint(
            name=kind.provider or "local",
            base_url=server.base_url,
            provider=kind.provider,
            title=kind.title,
            found=True,
        )
        number = 1 + sum(other.provider == kind.provider for other in endpoints.values())
        name = endpoint.name if number == 1 else f"{endpoint.name}_{number}"
        endpoints[name] = replace(endpoint, name=name)
    return list(endpoints.values())
