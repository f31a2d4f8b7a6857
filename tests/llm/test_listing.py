"""Lists of models in the shapes that servers send, and which model is asked."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm.listing import Listed, choose, merged, read_models


def chat(*names: str, loaded: str = "") -> list[Listed]:
    return [Listed(id=name, loaded=name == loaded) for name in names]


def refusal(models: list[Listed], wanted: str | None = None, endpoint: Endpoint | None = None) -> str:
    with pytest.raises(ModelError) as caught:
        choose(models, wanted, endpoint)
    return str(caught.value)


OPENAI = {
    "object": "list",
    "data": [{"id": "gpt-4o-mini", "object": "model", "created": 1, "owned_by": "system"}],
}
TOGETHER = [
    {"id": "meta-llama/Llama-3-8b-chat-hf", "type": "chat", "context_length": 8192},
    {"id": "BAAI/bge-large-en-v1.5", "type": "embedding", "context_length": 512},
    {"id": "black-forest-labs/FLUX.1", "type": "image"},
]
GROQ = {
    "object": "list",
    "data": [
        {"id": "openai/gpt-oss-20b", "owned_by": "OpenAI", "active": True, "context_window": 131072},
        {"id": "whisper-large-v3", "owned_by": "OpenAI", "active": True, "context_window": 448},
    ],
}
OPENROUTER = {
    "data": [
        {
            "id": "mistralai/mistral-small",
            "context_length": 128000,
            "architecture": {"modality": "text->text", "output_modalities": ["text"]},
            "top_provider": {"context_length": 32000, "max_completion_tokens": 8000},
            "pricing": {"prompt": "0.0000001"},
        },
        {
            "id": "vendor/painter",
            "context_length": 4000,
            "architecture": {"output_modalities": ["image"]},
            "top_provider": {"context_length": None},
        },
    ]
}
MISTRAL = {
    "object": "list",
    "data": [
        {"id": "mistral-large", "max_context_length": 131072, "capabilities": {"completion_chat": True}},
        {"id": "mistral-x", "max_context_length": 8192, "capabilities": {"completion_chat": False}},
    ],
}
LLAMACPP = {
    "models": [
        {"name": "qwen3.gguf", "model": "qwen3.gguf", "capabilities": ["completion"], "type": "model"}
    ],
    "object": "list",
    "data": [{"id": "qwen3.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 131072, "n_ctx": 8192}}],
}
LLAMACPP_ROUTER = {
    "data": [
        {"id": "small", "owned_by": "llamacpp", "status": {"value": "loaded"}},
        {"id": "big", "owned_by": "llamacpp", "status": {"value": "unloaded"}},
    ]
}
VLLM = {
    "data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 16384, "root": "Qwen/Qwen3-8B"}]
}
LMSTUDIO_V1 = {
    "models": [
        {
            "type": "llm",
            "key": "qwen/qwen3-8b",
            "max_context_length": 131072,
            "loaded_instances": [{"id": "qwen/qwen3-8b", "config": {"context_length": 4096}}],
            "capabilities": {"vision": False, "trained_for_tool_use": True},
        },
        {"type": "llm", "key": "google/gemma-3", "max_context_length": 131072, "loaded_instances": []},
        {"type": "embedding", "key": "some-vectors", "max_context_length": 2048, "loaded_instances": []},
    ]
}
LMSTUDIO_V0 = {
    "data": [
        {
            "id": "qwen3-8b",
            "type": "llm",
            "state": "loaded",
            "max_context_length": 131072,
            "loaded_context_length": 4096,
            "capabilities": ["tool_use"],
        },
        {"id": "gemma", "type": "vlm", "state": "not-loaded", "max_context_length": 131072},
        {"id": "some-vectors", "type": "embeddings", "state": "not-loaded", "max_context_length": 2048},
    ]
}
OLLAMA_PS = {
    "models": [
        {
            "name": "llama3.2:latest",
            "model": "llama3.2:latest",
            "expires_at": "2026-11-25T10:00:00Z",
            "size_vram": 1,
            "context_length": 4096,
        }
    ]
}
OLLAMA_TAGS = {
    "models": [
        {"name": "llama3.2:latest", "model": "llama3.2:latest", "capabilities": ["completion", "tools"]},
        {"name": "vectors:latest", "model": "vectors:latest", "capabilities": ["embedding"]},
    ]
}
XAI = {"models": [{"id": "grok-4", "owned_by": "xai", "max_prompt_length": 256000}]}
GEMINI = {"object": "list", "data": [{"id": "models/gemini-2.5-flash", "owned_by": "google"}]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (OPENAI, [("gpt-4o-mini", None, True, False)]),
        (
            TOGETHER,
            [
                ("meta-llama/Llama-3-8b-chat-hf", 8192, True, False),
                ("BAAI/bge-large-en-v1.5", 512, False, False),
                ("black-forest-labs/FLUX.1", None, False, False),
            ],
        ),
        (GROQ, [("openai/gpt-oss-20b", 131072, True, False), ("whisper-large-v3", 448, False, False)]),
        (
            OPENROUTER,
            [("mistralai/mistral-small", 32000, True, False), ("vendor/painter", 4000, False, False)],
        ),
        (MISTRAL, [("mistral-large", 131072, True, False), ("mistral-x", 8192, False, False)]),
        (LLAMACPP, [("qwen3.gguf", 8192, True, False)]),
        (LLAMACPP_ROUTER, [("small", None, True, True), ("big", None, True, False)]),
        (VLLM, [("Qwen/Qwen3-8B", 16384, True, False)]),
        (
            LMSTUDIO_V1,
            [
                ("qwen/qwen3-8b", 4096, True, True),
                ("google/gemma-3", None, True, False),
                ("some-vectors", None, False, False),
            ],
        ),
        (
            LMSTUDIO_V0,
            [
                ("qwen3-8b", 4096, True, True),
                ("gemma", None, True, False),
                ("some-vectors", None, False, False),
            ],
        ),
        (OLLAMA_PS, [("llama3.2:latest", 4096, True, True)]),
        (OLLAMA_TAGS, [("llama3.2:latest", None, True, False), ("vectors:latest", None, False, False)]),
        (XAI, [("grok-4", 256000, True, False)]),
        (GEMINI, [("models/gemini-2.5-flash", None, True, False)]),
        (["one", "two"], [("one", None, True, False), ("two", None, True, False)]),
        ({"data": [{"id": "one"}, {"id": "one"}, {"id": ""}, {}, None]}, [("one", None, True, False)]),
        ({"error": {"message": "no"}}, []),
    ],
)
def test_every_shape_of_a_list_is_read(body: Any, expected: list[tuple[str, int | None, bool, bool]]) -> None:
    assert [(one.id, one.window, one.is_chat, one.loaded) for one in read_models(body)] == expected


@pytest.mark.parametrize(
    "name",
    [
        "text-embedding-3-small", "nomic-embed-text:latest", "mxbai-embed-large", "BAAI/bge-m3",
        "all-minilm:33m",
        "intfloat/multilingual-e5-large", "thenlper/gte-large", "embeddinggemma:300m", "jina-reranker-v2",
        "paraphrase-multilingual", "Qwen3-Reranker-4B", "whisper-1", "gpt-4o-transcribe", "tts-1-hd",
        "gpt-4o-mini-tts", "dall-e-3", "gpt-image-1", "grok-2-image", "imagen-4.0", "veo-3.0", "sora-2",
        "stable-diffusion-xl", "flux.1-dev", "omni-moderation-latest", "llama-guard3:8b", "granite3-guardian",
        "gpt-realtime", "davinci-002", "gpt-3.5-turbo-instruct",
    ],
)  # fmt: skip
def test_models_that_do_not_chat_are_told_by_their_names(name: str) -> None:
    (model,) = read_models({"data": [{"id": name}]})
    assert not model.is_chat


@pytest.mark.parametrize(
    "name",
    [
        "gpt-5.6", "gpt-4o-mini", "claude-sonnet-4-5", "grok-4.3", "llama3.2:1b", "qwen3:8b",
        "Qwen/Qwen2.5-7B-Instruct",
        "mistral-small-latest", "deepseek-r1:8b", "gemma3:4b", "phi4-mini", "smollm2:135m", "gpt-oss:20b",
        "moonshotai/kimi-k2", "command-r7b", "granite4:3b", "hermes3", "olmo2:7b",
        "zephyr-7b-beta", "solar-10.7b",
    ],
)  # fmt: skip
def test_models_that_chat_are_not_taken_for_others(name: str) -> None:
    (model,) = read_models({"data": [{"id": name}]})
    assert model.is_chat


def test_what_the_server_says_of_a_model_counts_more_than_its_name() -> None:
    (model,) = read_models({"data": [{"id": "my-embedded-expert", "type": "llm", "state": "loaded"}]})
    assert model.is_chat


def test_another_list_of_the_server_adds_what_is_loaded() -> None:
    known = read_models({"data": [{"id": "llama3.2:latest"}, {"id": "qwen3:8b"}]})
    both = merged(known, read_models(OLLAMA_PS))
    assert [(one.id, one.window, one.loaded) for one in both] == [
        ("llama3.2:latest", 4096, True),
        ("qwen3:8b", None, False),
    ]
    assert choose(both) == "llama3.2:latest"


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ("qwen3:8b", "qwen3:8b"),
        ("Llama3.2", "llama3.2:latest"),
        ("LLAMA3.2:LATEST", "llama3.2:latest"),
        ("gemini-2.5-flash", "models/gemini-2.5-flash"),
    ],
)
def test_the_wanted_model_is_taken_however_it_is_spelt(wanted: str, taken: str) -> None:
    assert choose(chat("llama3.2:latest", "qwen3:8b", "models/gemini-2.5-flash"), wanted) == taken


def test_the_exact_name_counts_more_than_one_in_other_letters() -> None:
    assert choose(chat("QWEN3", "qwen3"), "qwen3") == "qwen3"


def test_without_a_wish_the_loaded_model_is_taken_else_the_only_one() -> None:
    assert choose(chat("a", "b", loaded="b")) == "b"
    assert choose([*chat("a"), Listed(id="bge-m3", is_chat=False, loaded=True)]) == "a"


def test_several_models_and_no_wish_list_the_choice_and_name_the_setting() -> None:
    assert refusal(chat("a", "b")) == (
        "There are several models and nobody said which: a, b. Set LLM_MODEL to one of them."
    )
    named = Endpoint(name="big_box", base_url="http://box/v1")
    assert "Set LLM_BIG_BOX_MODEL to" in refusal(chat("a", "b"), None, named)
    found = Endpoint(name="ollama", base_url="http://127.0.0.1:1/v1", found=True)
    assert "Set LLM_MODEL to" in refusal(chat("a", "b"), None, found)


def test_several_loaded_models_are_the_choice() -> None:
    models = [*chat("a"), Listed(id="b", loaded=True), Listed(id="c", loaded=True)]
    assert "said which: b, c." in refusal(models)


def test_a_wrong_name_names_the_nearest() -> None:
    assert refusal(chat("llama3.2:latest", "qwen3:8b"), "lama3.2").startswith(
        "There is no model lama3.2 there. Did you mean llama3.2:latest? Set LLM_MODEL to one of these:"
    )
    assert "Did you mean llama3.2:1b?" in refusal(chat("qwen3:8b", "llama3.2:1b"), "llama3.2")
    assert "Did you mean" not in refusal(chat("qwen3:8b"), "gpt-4o")


def test_a_model_that_does_not_chat_is_never_taken() -> None:
    vectors = Listed(id="nomic-embed-text", is_chat=False)
    assert refusal([vectors]) == (
        "There is no model that writes text, only nomic-embed-text. Load one there first."
    )
    assert refusal([vectors, *chat("a")], "nomic-embed-text") == (
        "nomic-embed-text is no model that writes text. Set LLM_MODEL to one of these: a."
    )
    assert "Load one that writes text" in refusal([vectors], "nomic-embed-text")


def test_a_server_without_models_says_so() -> None:
    assert refusal([]) == refusal([], "llama3.2") == "There is no model there yet. Load one there first."


def test_long_lists_are_cut_and_odd_names_shown_on_one_line() -> None:
    told = refusal(chat(*(f"model-{number}" for number in range(40)), "odd\nname"))
    assert "model-11 and 29 more" in told
    assert "model-12" not in told
    assert "\n" not in refusal(chat("odd\nname", "b"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            [
                "id", "data", "models", "key", "name", "meta", "n_ctx", "type", "state", "status", "value",
                "config",
                "capabilities", "architecture", "output_modalities", "top_provider", "context_length",
                "loaded_instances", "completion_chat", "max_context_length",
            ]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_no_answer_whatever_breaks_the_reading(body: Any) -> None:
    for model in read_models(body):
        assert model.id
        assert model.window is None or model.window > 0


@given(st.lists(st.builds(Listed, id=st.text(min_size=1), is_chat=st.booleans(), loaded=st.booleans())))
def test_what_is_chosen_can_chat(models: list[Listed]) -> None:
    with suppress(ModelError):
        chosen = choose(models)
        assert any(model.id == chosen and model.is_chat for model in models)
