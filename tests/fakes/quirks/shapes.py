"""The shapes that errors come in (section 1c)."""

from __future__ import annotations

from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Outcome, Play
from tests.fakes.quirks.errors import error_row
from tests.fakes.writing import json_answer, text_answer

SAID = "The request was refused for a reason of its own."
PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body><h1>{0}</h1></body>\r\n</html>"


def _shape(name: str, words: str, value: Any) -> Play:
    return error_row(
        f"error-shape-{name}",
        words,
        "answers 400 in that shape",
        Outcome.REFUSED,
        json_answer(value, status=400),
    )


_OBJECT = {"message": SAID, "type": "invalid_request_error", "param": None, "code": "refused"}
_DETAIL = [{"type": "value_error", "loc": ["body", "messages"], "msg": SAID}]

PLAYS = (
    _shape("openai", '`{"error":{message,type,param,code}}`', {"error": _OBJECT}),
    _shape("text", '`{"error":"text"}`', {"error": SAID}),
    _shape("code-and-text", '`{"code","error":"text"}`', {"code": "invalid-argument", "error": SAID}),
    _shape(
        "google-array",
        'Google array `[{"error":{code,message,status,details}}]`',
        [{"error": {"code": 400, "message": SAID, "status": "INVALID_ARGUMENT", "details": []}}],
    ),
    _shape(
        "vllm-old",
        'vLLM old `{"object":"error","message",..,"code":400}`',
        {"object": "error", "message": SAID, "type": "BadRequestError", "param": None, "code": 400},
    ),
    _shape("fastapi-detail", 'FastAPI `{"detail":...}`', {"detail": SAID}),
    _shape("fastapi-detail-list", 'FastAPI `{"detail":[{loc, msg}]}`', {"detail": _DETAIL}),
    _shape(
        "mistral",
        'Mistral `{"object":"error","message":{"detail":[…]}}`',
        {"object": "error", "message": {"detail": _DETAIL}, "type": "invalid_request_error", "code": None},
    ),
    error_row(
        "error-shape-html",
        "HTML from proxies",
        "answers 400 with a page",
        Outcome.REFUSED,
        text_answer(PAGE.format("400 Bad Request"), status=400, kind="text/html"),
    ),
    error_row(
        "error-shape-empty-body",
        "empty body",
        "answers 400 with no body",
        Outcome.REFUSED,
        Answer(status=400),
    ),
    _shape("code-int", "code may be int", {"error": {**_OBJECT, "code": 400}}),
    _shape("code-numeric-string", "code may be a numeric string", {"error": {**_OBJECT, "code": "400"}}),
    _shape("code-slug", "code may be a slug", {"error": {**_OBJECT, "code": "invalid_prompt"}}),
)
