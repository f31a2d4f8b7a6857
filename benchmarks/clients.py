"""Those that read streamed answers for the benchmark: this project's client, openai's, and a bare socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import openai
from openai.types.chat import ChatCompletionMessageParam

from bot.endpoint import Endpoint
from bot.llm.call import Call
from bot.llm.client import Client
from bot.llm.memory import Memory
from bot.model import Prompt, Request, Text

SYSTEM, QUESTION = "Be brief.", "Why are there tides?"
_MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION},
]  # fmt: skip
_MOST_TOKENS = 2000  # enough for all chunks: an answer beyond what was asked for is left
_LONGEST_S = 300.0


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Rostrum:
    """This project's client. Choosing the model and fitting the prompt to it is done before."""

    name = "rostrum"

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._clients: dict[str, Client] = {}

    async def prepared(self, model: str) -> AsyncIterator[str]:
        """The pieces of an answer, nothing sent yet."""
        until = asyncio.get_running_loop().time() + _LONGEST_S
        if model not in self._clients:
            endpoint = Endpoint(name="e", base_url=self._base_url, model=model, window=8192)
            self._clients[model] = Client(endpoint, Memory(_Now()), _Now())
        client = self._clients[model]
        prompt = Prompt(system=SYSTEM, closing=QUESTION)
        asked = Request(prompt=prompt, purpose="benchmark", most_tokens=_MOST_TOKENS)
        return self._stream(client, await client.prepare(asked, until), until)

    async def _stream(self, client: Client, call: Call, until: float) -> AsyncIterator[str]:
        async with client.stream(call, until) as events:
            async for event in events:
                if type(event) is Text:
                    yield event.text

    async def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients.values():
            await client.close()


class OpenAI:
    """The `openai` package."""

    name = "openai"

    def __init__(self, base_url: str) -> None:
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)

    async def prepared(self, model: str) -> AsyncIterator[str]:
        """The pieces of an answer, nothing sent yet."""
        return self._stream(model)

    async def _stream(self, model: str) -> AsyncIterator[str]:
        stream = await self._client.chat.completions.create(
            model=model,
            messages=_MESSAGES,
            max_tokens=_MOST_TOKENS,
            temperature=0.1,
            stream=True,
            stream_options={"include_usage": True},
        )
        async for chunk in stream:
            if chunk.choices and (piece := chunk.choices[0].delta.content):
                yield piece

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.close()


class Raw:
    """A socket and json: what nobody can beat. It knows the server too well to be of use elsewhere."""

    name = "raw socket"

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def prepared(self, model: str) -> AsyncIterator[str]:
        """The pieces of an answer, nothing sent yet."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._address.hostname, self._address.port)
        return self._stream(model, *self._streams)

    async def _stream(
        self, model: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> AsyncIterator[str]:
        body = json.dumps({"model": model, "messages": _MESSAGES, "stream": True}).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: {self._address.netloc}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        while (line := await reader.readline()) != b"0\r\n":
            if line.startswith(b"data: {"):
                choices = json.loads(line[6:])["choices"]
                if choices and (piece := choices[0]["delta"].get("content")):
                    yield piece
        await reader.readline()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            await self._streams[1].wait_closed()
