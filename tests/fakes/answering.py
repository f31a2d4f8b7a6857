"""What a call is answered with: the key, the checks, the author's text, and every play at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.checks import CHAT_FIELDS, EMBEDDING_FIELDS, chat_fault, most_tokens, stops_of
from tests.fakes.connection import Act, Answer, Part
from tests.fakes.kinds import TooLong, Wrong, model_list
from tests.fakes.play import DONE, Call, Chunks
from tests.fakes.vectors import packed, vector
from tests.fakes.writing import (
    bare_chunk,
    chunk,
    completion,
    event,
    json_answer,
    pieces,
    prompt_tokens,
    stream_answer,
    text_of,
    tokens_of,
    usage_of,
)

Json = dict[str, Any]


def answer_to(call: Call) -> Answer:
    """The answer to a call, as its plays would have it."""
    answer = _unauthorised(call) or _instead(call) or _plain(call)
    for play in call.plays:
        if play.answer is not None:
            answer = play.answer(answer, call)
    return answer


def _plain(call: Call) -> Answer:
    match call.route:
        case "chat":
            return _chat(call)
        case "embeddings":
            return _embeddings(call)
        case "models":
            return json_answer(_whole(model_list(call.server), call))
    received, server = call.received, call.server
    if received.method == "GET" and received.path.startswith(f"{server.base_path}/models/"):
        cards = {card["id"]: card for card in model_list(server)["data"]}
        name = received.path.removeprefix(f"{server.base_path}/models/")
        return json_answer(cards[name]) if name in cards else _no_model(call, name)
    method = "GET" if received.method == "HEAD" else received.method
    return server.kind.routes.get((method, received.path), server.kind.elsewhere)(server, received)


def _wrong(call: Call, wrong: Wrong) -> Answer:
    return json_answer(call.server.kind.error(wrong), status=wrong.status)


def _unauthorised(call: Call) -> Answer | None:
    server, headers = call.server, call.received.headers
    if server.api_key is None or not call.received.path.startswith(server.base_path):
        return None
    header = next((play.key_header for play in call.plays if play.key_header), "authorization")
    given = headers.get(header, "").removeprefix("Bearer ")
    if given == server.api_key:
        return None
    if given:
        said = f"Incorrect API key provided: {given[:3]}***. You can find your key in your account."
    else:
        said = "You didn't provide an API key. You need to provide it in an Authorization header."
    return _wrong(call, Wrong(status=401, message=said, code="invalid_api_key" if given else None))


def _instead(call: Call) -> Answer | None:
    answers = (play.instead(call) for play in call.plays if play.instead is not None)
    return next((answer for answer in answers if answer is not None), None)


def _no_model(call: Call, name: Any) -> Answer:
    said = call.server.kind.missing.format(model=name)
    kind = "not_found_error" if call.server.kind.name == "ollama" else "invalid_request_error"
    return _wrong(call, Wrong(status=404, message=said, kind=kind, param="model", code="model_not_found"))


def _unusable(call: Call, fields: frozenset[str]) -> Answer | None:
    """What is wrong with any request that asks a model for something."""
    if not isinstance(call.received.body, dict):
        said = "We could not parse the JSON body of your request."
        return _wrong(call, Wrong(status=400, message=said))
    call.received.unknown_fields = tuple(sorted(call.body.keys() - fields))
    name = call.body.get("model")
    if not isinstance(name, str):
        return _wrong(call, Wrong(status=400, message="you must provide a model parameter", param="model"))
    known = (*call.server.models, *call.server.embedding_models)
    return None if name in known else _no_model(call, name)


def _chat(call: Call) -> Answer:
    unusable = _unusable(call, CHAT_FIELDS)
    if unusable is not None:
        return unusable
    loose = any(play.loosens_roles for play in call.plays)
    fault = chat_fault({**call.body, "messages": _hoisted(call)} if loose else call.body)
    if fault is not None:
        message, param = fault
        return _wrong(call, Wrong(status=400, message=message, param=param, code="invalid_value"))
    messages = _hoisted(call) if loose else call.body["messages"]
    long, overflow = too_long(call), call.server.kind.overflow
    if long is not None and overflow is not None:
        return overflow(long)
    if long is not None and call.server.kind.truncates:
        messages = _truncated(messages, long.window)
        call.received.notes.append("truncated the prompt")
    if long is not None and overflow is None and not call.server.kind.truncates:
        return _written(call, "", "stop", long.prompt)
    text, finish = _authored(call, messages)
    return _written(call, text, finish, prompt_tokens(messages))


def too_long(call: Call, *, with_answer: bool = False) -> TooLong | None:
    """How a prompt is too long for the window, the answer too where its kind counts that, or it is told to.

    `None` where it fits, or there is no window.
    """
    window = call.server.context_window
    if window is None or not isinstance(call.body.get("messages"), list):
        return None
    long = TooLong(
        prompt=prompt_tokens(call.body["messages"]), answer=most_tokens(call.body) or 0, window=window
    )
    needed = long.total if with_answer or call.server.kind.counts_answer else long.prompt + 1
    return long if needed > window else None


def _hoisted(call: Call) -> list[Json]:
    messages = [each for each in call.body.get("messages") or [] if isinstance(each, dict)]
    told = [each for each in messages if each.get("role") in ("system", "developer")]
    system = "\n".join(text_of(each.get("content")) for each in told)
    rest = [each for each in messages if each not in told]
    return [{"role": "system", "content": system}, *rest] if told else rest


def _truncated(messages: list[Json], window: int) -> list[Json]:
    """As Ollama does it: the system message and as many of the latest as fit; the last loses its start."""
    system = [each for each in messages if each["role"] in ("system", "developer")]
    rest = [each for each in messages if each not in system]
    while len(rest) > 1 and prompt_tokens([*system, *rest]) >= window:
        rest.pop(0)
    room = max(0, window - 1 - prompt_tokens(system)) * 4
    text = text_of(rest[0]["content"])
    return (
        [*system, {**rest[0], "content": text[-room:] if room else ""}]
        if len(text) > room
        else [*system, *rest]
    )


def _authored(call: Call, messages: list[Json]) -> tuple[str, str]:
    """The text, and why it ends there."""
    text = call.server.author(messages, call.body)
    for play in call.plays:
        if play.text is not None:
            text = play.text(text, call)
    for stop in stops_of(call.body):
        text = text.split(stop)[0]
    most = _budget(call, messages)
    return (text, "stop") if most is None or tokens_of(text) <= most else (text[: most * 4], "length")


def _budget(call: Call, messages: list[Json]) -> int | None:
    ignored = {name for play in call.plays for name in play.ignores}
    most = most_tokens({name: value for name, value in call.body.items() if name not in ignored})
    window = call.server.context_window
    left = None if window is None else max(1, window - prompt_tokens(messages))
    return min((each for each in (most, left) if each is not None), default=None)


def _written(call: Call, text: str, finish: str, prompt: int) -> Answer:
    usage = usage_of(prompt, text)
    model = call.body["model"]
    if not call.streams:
        return json_answer(_whole(completion(model, text, finish, usage), call))
    chunks = _chunks(call, text, finish, usage)
    for play in call.plays:
        if play.chunks is not None:
            chunks = play.chunks(chunks, call)
    parts: list[Part] = [event(each) for each in chunks]
    for play in call.plays:
        if play.events is not None:
            parts = list(play.events(parts, call))
    if call.server.hold_after is not None:
        parts.insert(call.server.hold_after, Act.HOLD)
    return stream_answer(parts)


def _chunks(call: Call, text: str, finish: str, usage: Mapping[str, int]) -> Chunks:
    """A plain stream: a piece of text each, the role with the first; the reason; usage if asked for."""
    model = call.body["model"]
    chunks: Chunks = [chunk(model, {"content": piece}) for piece in pieces(text)]
    if chunks:
        chunks[0] = chunk(model, {"role": "assistant", "content": pieces(text)[0]})
    chunks.append(chunk(model, {}, finish))
    if (call.body.get("stream_options") or {}).get("include_usage"):
        chunks.append(bare_chunk(model, usage=dict(usage)))
    return [*chunks, DONE]


def _whole(value: Any, call: Call) -> Any:
    for play in call.plays:
        if play.whole is not None:
            value = play.whole(value, call)
    return value


def _embeddings(call: Call) -> Answer:
    unusable = _unusable(call, EMBEDDING_FIELDS)
    if unusable is not None:
        return unusable
    asked = call.body.get("input")
    texts = [asked] if isinstance(asked, str) else asked
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        said = "'$.input' is invalid. Expected texts, none of them empty."
        return _wrong(call, Wrong(status=400, message=said, param="input"))
    dimensions = call.body.get("dimensions") or call.server.dimensions
    rows = [vector(text, dimensions) for text in texts]
    packs = call.body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": packed(row) if packs else row}
        for index, row in enumerate(rows)
    ]
    tokens = sum(tokens_of(text) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json_answer(
        _whole({"object": "list", "data": data, "model": call.body["model"], "usage": usage}, call)
    )
