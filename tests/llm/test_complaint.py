"""What endpoints say is wrong is read in every shape they say it in, and how long they ask to wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.complaint import SHOWN, Complaint, duration_s, of, read, wait_s

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
SAID = "Something is wrong."
FORBIDDEN = {"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}


def known(text: str = SAID, **said: str) -> Complaint:
    return Complaint(text=text, is_known=True, **said)


# Shapes.


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(
            {"error": {"message": SAID, "type": "a_type", "param": "stop", "code": "a_code"}},
            known(type="a_type", param="stop", code="a_code"),
            id="OpenAI",
        ),
        pytest.param(
            {"error": {"message": SAID, "type": None, "param": None, "code": None}}, known(), id="nulls"
        ),
        pytest.param({"error": SAID}, known(), id="a text"),
        pytest.param({"code": "a code", "error": SAID}, known(code="a code"), id="xAI"),
        pytest.param(
            [{"error": {"code": 400, "message": SAID, "status": "INVALID_ARGUMENT", "details": []}}],
            known(code="400", type="INVALID_ARGUMENT"),
            id="Google's array",
        ),
        pytest.param(
            {"object": "error", "message": SAID, "type": "BadRequestError", "param": None, "code": 400},
            known(type="BadRequestError", code="400"),
            id="an older vLLM",
        ),
        pytest.param({"code": 429, "message": SAID}, known(code="429"), id="code and message"),
        pytest.param({"detail": SAID}, known(), id="FastAPI"),
        pytest.param(
            {"detail": [FORBIDDEN]},
            known("Extra inputs are not permitted: seed", type="extra_forbidden", param="seed"),
            id="FastAPI's list",
        ),
        pytest.param(
            {"detail": [{"loc": "seed", "msg": SAID}]}, known(f"{SAID}: seed", param="seed"), id="a word"
        ),
        pytest.param({"detail": [{"loc": 5, "msg": SAID}]}, known(f"{SAID}: 5", param="5"), id="a number"),
        pytest.param({"detail": {"message": SAID, "code": 7}}, known(code="7"), id="FastAPI's object"),
        pytest.param({"detail": {"why": "so"}}, known('{"why": "so"}'), id="FastAPI, any object"),
        pytest.param({"detail": ["a", "b"]}, known('["a", "b"]'), id="FastAPI, any list"),
        pytest.param(
            {"object": "error", "message": {"detail": [FORBIDDEN]}, "type": "invalid", "code": None},
            known("Extra inputs are not permitted: seed", type="extra_forbidden", param="seed"),
            id="Mistral",
        ),
        pytest.param(
            {"object": "error", "message": {"why": "so"}}, known('{"why": "so"}'), id="a message that is none"
        ),
        pytest.param(
            {"error_type": "a_type", "error_message": SAID}, known(type="a_type"), id="Venice and vLLM"
        ),
        pytest.param(
            {"error": {"type": "a_type"}, "message": SAID}, known(type="a_type"), id="LM Studio: text beside"
        ),
        pytest.param(
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            known("Overloaded", type="overloaded_error"),
            id="Anthropic",
        ),
        pytest.param(
            {"error": {"message": SAID, "type": "None", "param": "None", "code": "400"}},
            known(code="400"),
            id="LiteLLM: the word None",
        ),
        pytest.param(
            {"error": {"code": 400, "message": "too long", "n_prompt_tokens": 5000, "n_ctx": 4096}},
            known("too long (n_prompt_tokens: 5000, n_ctx: 4096)", code="400"),
            id="llama.cpp: numbers beside",
        ),
        pytest.param(
            {"error": {"message": "Provider returned error", "metadata": {"raw": '{"error":"Why"}'}}},
            known("Provider returned error: Why"),
            id="OpenRouter: the provider's own words",
        ),
        pytest.param({"error": {"message": "Not Found"}}, Complaint(text="Not Found"), id="a wrong path"),
        pytest.param({"detail": "Not Found"}, Complaint(text="Not Found"), id="FastAPI: a wrong path"),
        pytest.param(
            {"error": "Unexpected endpoint or method. (POST /chat)"},
            Complaint(text="Unexpected endpoint or method. (POST /chat)"),
            id="LM Studio: a wrong path",
        ),
        pytest.param(
            {"error": {"message": "Invalid URL (POST /chat)", "type": "invalid_request_error"}},
            Complaint(text="Invalid URL (POST /chat)"),
            id="OpenAI: a wrong path",
        ),
    ],
)  # fmt: skip
def test_every_shape_of_an_error_is_read(body: Any, complaint: Complaint) -> None:
    assert of(body) == complaint
    assert read(json.dumps(body)) == complaint
    assert read(f"\ufeff{json.dumps(body, indent=1)}\r\n") == complaint


@pytest.mark.parametrize("code", ["400", 400, "invalid_prompt"])
def test_a_code_may_be_a_number_or_a_word(code: object) -> None:
    complaint = of({"error": {"message": SAID, "code": code}})
    assert complaint
    assert complaint.code == str(code)


@pytest.mark.parametrize(
    "value",
    [{"choices": []}, {"error": None, "choices": []}, {"error": ""}, {"usage": {}}, {"object": "y"}, {},
     [], [{}], [[{"error": SAID}]], "error", 5, None, {"message": SAID}],
)  # fmt: skip
def test_what_complains_of_nothing_is_no_complaint(value: object) -> None:
    assert of(value) is None


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        ("\r\n<!DOCTYPE html>\n<html lang='en'><title>\n Just a\n moment </title>", "Just a moment"),
        ("<!-- x --><HTML><body><style>p{}</style><script>a</script><p>No <b>way</b></HTML>", "No way"),
        ("<html></html>", ""),
    ],
)  # fmt: skip
def test_of_a_page_its_title_is_read_and_not_its_code(page: str, title: str) -> None:
    assert read(page) == Complaint(text=title, is_page=True)


def test_a_body_that_is_no_json_is_its_own_text() -> None:
    assert read("404 page not found") == Complaint(text="404 page not found")
    assert read('{"error": {"message": "cut o') == Complaint(text='{"error": {"message": "cut o')
    assert read("") == Complaint()
    assert read(" \n") == Complaint()


def test_long_complaints_are_cut() -> None:
    assert len(read("x" * 100_000).text) < 5000
    assert len(read(json.dumps({"error": {"message": "x" * 100_000}})).text) < 5000
    assert len(read("<html>" + "<script" * 100_000).shown) <= SHOWN


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = ["error", "message", "code", "type", "param", "detail", "object", "loc", "msg", "status",
             "metadata", "raw", "error_message", "error_type", "n_ctx", "n_prompt_tokens"]  # fmt: skip
    return st.dictionaries(st.sampled_from(names) | st.text(max_size=3), inner, max_size=4)


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | objects(inner),
    max_leaves=8,
)


@given(st.lists(objects(NESTED), max_size=2) | objects(NESTED))
def test_any_value_is_read_without_an_error(value: Any) -> None:
    complaint = of(value)
    assert complaint is None or len(complaint.shown) <= SHOWN
    assert len(read(json.dumps(value)).shown) <= SHOWN


@given(st.text() | st.sampled_from(["<html>", "<!doctype", "<title>", "{"]).map(lambda start: start * 50))
def test_any_body_is_read_without_an_error(body: str) -> None:
    assert len(read(body).shown) <= SHOWN


@pytest.mark.parametrize("depth", [300, 480, 900, 980, 5000])
@pytest.mark.parametrize(
    "start", ["[", '{"error":', '{"error":{"message":[', '{"detail":', '{"detail":[{"loc":']
)
def test_nesting_without_end_is_read_without_an_error(start: str, depth: int) -> None:
    ends = {"[": "]", "{": "}"}
    whole = start * depth
    body = f"{whole}1{''.join(ends[c] for c in reversed(whole) if c in ends)}"
    assert len(read(body).shown) <= SHOWN
    value: Any = {"error": SAID}
    for _ in range(depth):
        value = {"error": {"message": [value]}}
    assert of(value) is not None


# What is shown.


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-Ab12Cd34Ef56Gh78", "sk-ab12c***********************wxyz", "sk-abcd...wxyz",
     "sk_live_12345678", "xai-AbCdEf123456", "gsk_AbCdEf123456", "AIzaSyA-1234567890_abcdefghij",
     "sk-or-v1-0123456789abcdef",
     "0123456789abcdef0123456789abcdef", "Zm9vYmFyMTIzNDU2Nzg5MA12", "hf_AbCdEfGhIjKl",
     "****************1234", "nvapi-Ab_Cd-12345678"],
)  # fmt: skip
def test_no_key_is_shown(secret: str) -> None:
    for text in (f"Incorrect API key provided: {secret}.", f"({secret})", f"key={secret}&x=1", secret):
        shown = Complaint(text=text).shown
        assert "(key)" in shown
        assert secret.strip("*")[-4:] not in shown
        assert secret[:8] not in shown


def test_what_follows_the_word_bearer_is_not_shown() -> None:
    assert Complaint(text="Got Bearer abc.def1/2+x= there").shown == "Got Bearer (key) there"
    assert Complaint(text="Bearer authentication required").shown == "Bearer authentication required"


@pytest.mark.parametrize(
    "text",
    [
        "The model `Qwen3-30B-A3B-Instruct-2507-FP8` does not exist.",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo-Free is not available",
        "No API key provided, set the header api-key or x-api-key.",
        "This model's maximum context length is 4096 tokens, **not** 40960.",
        "The disk_usage_limit of task-results_folder is reached.",
        "n_prompt_tokens: 5000, exceed_context_size_error, max_completion_tokens",
    ],
)
def test_other_words_are_shown_as_they_are(text: str) -> None:
    assert Complaint(text=text).shown == text


def test_it_is_shown_on_one_short_line() -> None:
    assert Complaint(text=" a\n\tb\u2028c\u202e\x07 ").shown == "a b c"
    shown = Complaint(text="word " * 100).shown
    assert len(shown) == SHOWN
    assert shown.endswith("…")
    assert Complaint(text="x" * SHOWN).shown == "x" * SHOWN


# How long to wait.


def asked(text: str = "", **headers: str) -> float | None:
    return wait_s({name.replace("_", "-"): value for name, value in headers.items()}, text, NOW)


def in_text(text: str) -> float | None:
    return asked(f"Rate limit reached. {text}")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6m0s", 360), ("120ms", 0.12), ("1.5s", 1.5), ("1h2m3s", 3723), ("2m59.56s", 179.56), ("7.66s", 7.66),
     ("90", 90), ("0", 0), ("0.5", 0.5), (" 20 s ", 20), ("2 minutes", 120), ("1 minute 5 seconds", 65),
     ("3 mins", 180), ("1 hr", 3600), ("2 hours", 7200), ("1d", 86400), ("1 day", 86400),
     ("250 milliseconds", 0.25), ("5 secs", 5),
     ("1M", 60), ("", None), ("soon", None), ("-5", None), ("5 parsecs", None), ("m", None), ("1 2", None),
     ("5 s or so", None), ("1e3", None), ("inf", None), ("nan", None), ("٣", 3)],
)  # fmt: skip
def test_durations_in_every_notation(text: str, seconds: float | None) -> None:
    assert duration_s(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please try again in 41.724s.", 41.724),
        ("Please try again in 6m0s. Visit https://example.org/limits", 360),
        ("Please retry in 12.5s.", 12.5),
        ("Retry after 2 minutes", 120),
        ("retry after: 30 seconds", 30),
        ("Please retry after 60 seconds.", 60),
        ("Try again after 250 ms", 0.25),
        ("Please wait 20 seconds and come back", 20),
        ("wait for 5 s", 5),
        ("Please try again in about 3 hours.", 10_800),
        ("Please retry your request in 5 s", 5),
        ("Try again\n  in\n  1m26.4s", 86.4),
        ("Please try again later.", None),
        ("Retry with 5 messages", None),
        ("Limit 6000, requested 9000 in 60s", None),
        ("try again in 5 parsecs", None),
    ],
)
def test_a_wait_is_found_in_the_words(text: str, seconds: float | None) -> None:
    assert in_text(text) == (None if seconds is None else pytest.approx(seconds))


def date(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


def test_retry_after_may_be_seconds_a_date_or_a_duration() -> None:
    assert asked(retry_after="30") == 30
    assert asked(retry_after="1.5") == 1.5
    assert asked(retry_after="30s") == 30
    assert asked(retry_after=date(90)) == 90
    assert asked(retry_after=date(-90)) == 0
    assert asked(retry_after="Fri, 01 May 2026 14:00:10 +0200") == 10


def test_what_says_no_time_is_passed_over() -> None:
    for nonsense in (
        "",
        "soon",
        "-3",
        "nan",
        "inf",
        "1e9999",
        "Fri, 01 May 2026 12:00:10",
        "Fri, 99 Foo 2026",
    ):
        assert asked(retry_after=nonsense) is None
        assert asked("try again in 5s", retry_after=nonsense) == 5


def test_a_limit_that_is_not_used_up_is_not_waited_for() -> None:
    headers = {"x_ratelimit_reset_requests": "6m0s", "x_ratelimit_reset_tokens": "120ms"}
    assert asked(**headers) is None
    assert asked(**headers, x_ratelimit_remaining_requests="59") is None
    assert asked(**headers, x_ratelimit_remaining_tokens="0") == pytest.approx(0.12)
    assert asked(**headers, x_ratelimit_remaining_requests="0") == 360
    assert asked(x_ratelimit_remaining_requests="0") is None


def test_of_two_limits_that_are_used_up_the_later_one_counts() -> None:
    spent = {"x_ratelimit_remaining_requests": "0", "x_ratelimit_remaining_tokens": "0"}
    assert asked(**spent, x_ratelimit_reset_requests="1s", x_ratelimit_reset_tokens="6m0s") == 360
    assert asked(**spent, x_ratelimit_reset_requests="6m0s", x_ratelimit_reset_tokens="1s") == 360
    assert asked(**spent, x_ratelimit_reset_requests="1s", x_ratelimit_reset_tokens="?") == 1


def test_the_more_exact_word_counts_first() -> None:
    ways: list[tuple[dict[str, str], float]] = [
        ({"retry_after_ms": "1500"}, 1.5),
        ({"retry_after": "30"}, 30),
        ({"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": "6m0s"}, 360),
    ]
    while ways:
        headers = {name: value for way, _ in ways for name, value in way.items()}
        assert asked("try again in 7s", **headers) == ways[0][1]
        ways.pop(0)
    assert asked("try again in 7s") == 7


def test_the_time_of_a_clock_is_no_wait() -> None:
    spent = {"x_ratelimit_remaining_requests": "0"}
    assert asked(**spent, x_ratelimit_reset_requests="1777636800") is None
    assert asked("retry in 4s", retry_after="1777636800") == 4
    assert asked(retry_after=date(30 * 86400)) is None
    assert asked(retry_after="86400") == 86400


HEADERS = st.dictionaries(
    st.sampled_from(
        ["retry-after-ms", "retry-after", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
         "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"]
    ),
    st.text(max_size=12)
    | st.sampled_from(["0", "6m0s", "9" * 400, "Fri, 01 May 2026 12:00:10 GMT", "1 Jan 0001 00:00:00 +2359"])
    | st.from_regex(r"\w{3}, \d{1,5} (Jan|May|Foo) \d{1,6} \d\d:\d\d(:\d\d)? [+-]\d{1,20}", fullmatch=True),
)  # fmt: skip


@given(HEADERS, st.text() | st.from_regex(r"(try again|retry|wait) (in|after)? ?\d+(\.\d+)?(ms|s|m|h| min)"))
def test_any_headers_and_words_give_a_sensible_wait_or_none(headers: dict[str, str], text: str) -> None:
    wait = wait_s(headers, text, NOW)
    assert wait is None or 0 <= wait <= 7 * 86400


def test_long_texts_do_not_take_long() -> None:
    for piece in ("retry ", "retry \n", "1", "1s", " ", "wait for in ", "1 ms "):
        assert wait_s({}, "retry" + piece * (2**20 // len(piece)), NOW) in (None, 0, pytest.approx(1), 4)


def test_no_complaint_is_longer_than_what_is_looked_at() -> None:
    """Many patterns go through it, some of them in more than one pass."""
    long = "the model a is odd " * 200_000
    said = Complaint(text=long, code=long, type=long, param=long)
    assert {len(said.text), len(said.code), len(said.type), len(said.param)} == {4000}
    assert long.startswith(said.text)
