"""Endpoints out of settings: the default one, those with a name, the one for vectors, and each one's key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.endpoint import Endpoint, Weights
from bot.errors import SettingsError
from bot.settings import PRESETS, Settings, load

NOWHERE = Path("no-such-folder/.env")
HOSTED = sorted(name for name, preset in PRESETS.items() if preset.needs_key and preset.base_url)
LOCAL = sorted(name for name, preset in PRESETS.items() if not preset.needs_key)


def settings(**environment: str) -> Settings:
    return load(environment, NOWHERE)


def mistakes(**environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings(**environment)
    return [problem.replace(" in the environment:", ":") for problem in caught.value.problems]


def only(**environment: str) -> Endpoint:
    (endpoint,) = settings(**environment).endpoints
    return endpoint


def test_without_any_key_there_is_no_endpoint_and_servers_are_looked_for() -> None:
    none = settings()
    assert none.endpoints == ()
    assert none.embeddings is None
    assert none.discover
    assert not settings(LLM_DISCOVER="off").discover


def test_everything_that_is_set_of_the_default_endpoint_is_in_it() -> None:
    endpoint = only(
        LLM_BASE_URL="box:8000/v1/",
        LLM_MODEL="qwen3",
        LLM_API_KEY="some-key",
        LLM_WEIGHTS="Open",
        LLM_WINDOW="32,768",
        LLM_AT_ONCE="4",
        LLM_PRICE_IN="$0.15",
        LLM_PRICE_OUT="0.6",
        LLM_STREAM="off",
        LLM_EXTRA='{"top_k": 20}',
        LLM_DROP="temperature, stop",
    )
    assert endpoint == Endpoint(
        name="default",
        base_url="http://box:8000/v1",
        model="qwen3",
        api_key="some-key",
        weights=Weights.OPEN,
        window=32768,
        at_once=4,
        price_in=Decimal("0.15"),
        price_out=Decimal("0.6"),
        stream=False,
        extra={"top_k": 20},
        drop=("temperature", "stop"),
    )


@pytest.mark.parametrize("name", LOCAL)
def test_a_server_of_ones_own_needs_its_name_alone(name: str) -> None:
    endpoint = only(LLM_PROVIDER=name)
    assert (endpoint.base_url, endpoint.provider) == (PRESETS[name].base_url, name)
    assert endpoint.is_local


@pytest.mark.parametrize("name", HOSTED)
def test_a_hosted_provider_needs_its_name_and_a_key(name: str) -> None:
    preset = PRESETS[name]
    assert preset.key == f"{name.upper()}_API_KEY"
    assert mistakes(LLM_PROVIDER=name) == [
        f"LLM_PROVIDER={name}: {preset.title} needs a key; set LLM_API_KEY or {preset.key}."
    ]
    assert only(LLM_PROVIDER=name, LLM_API_KEY="some-key").api_key == "some-key"
    endpoint = only(**{"LLM_PROVIDER": name, preset.key: "customary-key"})
    assert endpoint.api_key == "customary-key"
    assert (endpoint.base_url, endpoint.title) == (preset.base_url, preset.title)


def test_the_setting_for_the_key_counts_more_than_the_customary_one() -> None:
    assert only(LLM_PROVIDER="openai", LLM_API_KEY="mine", OPENAI_API_KEY="theirs").api_key == "mine"


@pytest.mark.parametrize(
    "environment",
    [
        {"LLM_BASE_URL": "http://box:8000/v1"},
        {"LLM_PROVIDER": "ollama"},
        {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "http://box:8000/v1"},
        {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "https://api.openai.com.example.org/v1"},
    ],
)
def test_a_customary_key_goes_nowhere_but_to_its_provider(environment: dict[str, str]) -> None:
    assert only(**environment, OPENAI_API_KEY="sk-customary").api_key is None


def test_a_region_of_a_provider_is_the_provider() -> None:
    endpoint = only(LLM_PROVIDER="xai", LLM_BASE_URL="https://eu-west-1.api.x.ai/v1", XAI_API_KEY="some-key")
    assert endpoint.api_key == "some-key"


def test_a_provider_is_known_by_its_host() -> None:
    endpoint = only(LLM_BASE_URL="https://api.anthropic.com/v1/", LLM_API_KEY="some-key")
    assert (endpoint.provider, endpoint.weights) == ("anthropic", Weights.CLOSED)
    assert mistakes(LLM_BASE_URL="api.openai.com/v1", OPENAI_API_KEY="sk-customary") == [
        "LLM_BASE_URL=api.openai.com/v1: OpenAI needs a key; set LLM_API_KEY."
    ]


def test_weights_are_known_of_some_providers_and_what_is_set_counts_more() -> None:
    closed = {name for name, preset in PRESETS.items() if preset.weights is Weights.CLOSED}
    assert closed == {"xai", "openai", "anthropic", "gemini"}
    assert all(preset.weights is None for name, preset in PRESETS.items() if name not in closed)
    endpoint = only(LLM_PROVIDER="openai", LLM_API_KEY="some-key", LLM_WEIGHTS="open")
    assert endpoint.weights is Weights.OPEN


@pytest.mark.parametrize("spelt", ["LM Studio", "lm-studio", "LMSTUDIO", "lm_studio"])
def test_a_provider_may_be_spelt_in_many_ways(spelt: str) -> None:
    assert only(LLM_PROVIDER=spelt).provider == "lmstudio"


@pytest.mark.parametrize(
    ("spelt", "near"),
    [("opnai", "openai"), ("antropic", "anthropic"), ("olama", "ollama"), ("x-a-i-i", "xai")],
)
def test_a_misspelt_provider_names_the_nearest(spelt: str, near: str) -> None:
    (problem,) = mistakes(LLM_PROVIDER=spelt)
    assert f"is no provider that I know; did you mean {near}? I know xai, openai," in problem


def test_a_provider_like_no_other_is_told_which_there_are() -> None:
    (problem,) = mistakes(LLM_PROVIDER="off")
    assert problem.startswith("LLM_PROVIDER=off: is no provider that I know. I know xai, openai,")


def test_azure_needs_an_address_and_the_name_of_a_deployment() -> None:
    assert mistakes(LLM_PROVIDER="azure", LLM_API_KEY="some-key") == [
        "LLM_PROVIDER=azure: needs LLM_BASE_URL too, such as https://my-resource.openai.azure.com/openai/v1."
    ]
    place = "https://r.openai.azure.com"
    assert mistakes(LLM_BASE_URL=place, LLM_API_KEY="some-key") == [
        f"LLM_BASE_URL={place}: needs LLM_MODEL too, the name of your deployment."
    ]
    endpoint = only(LLM_BASE_URL=place, LLM_API_KEY="some-key", LLM_MODEL="mine")
    assert (endpoint.base_url, endpoint.provider) == (f"{place}/openai/v1", "azure")


def test_azure_of_old_is_taken_with_its_version() -> None:
    url = "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-06-01"
    endpoint = only(LLM_PROVIDER="azure", LLM_BASE_URL=url, LLM_API_KEY="some-key")
    assert endpoint.base_url == "https://r.openai.azure.com/openai/deployments/mine"
    assert (endpoint.model, endpoint.query) == ("mine", "api-version=2024-06-01")


def test_endpoints_with_a_name_come_after_the_default_one_those_to_fall_back_to_first() -> None:
    some = settings(
        LLM_PROVIDER="ollama",
        LLM_A_BASE_URL="http://a:1",
        LLM_BIG_BOX_BASE_URL="http://b:1",
        LLM_BIG_BOX_MODEL="big",
        LLM_grok_PROVIDER="xai",
        LLM_GROK_API_KEY="some-key",
        LLM_FALLBACK="GROK; big_box, grok",
    )
    assert [endpoint.name for endpoint in some.endpoints] == ["default", "grok", "big_box", "a"]
    assert some.fallback == ("grok", "big_box")
    grok, big_box = some.endpoints[1:3]
    assert (grok.base_url, grok.api_key) == ("https://api.x.ai/v1", "some-key")
    assert big_box.model == "big"


def test_a_name_may_hold_what_keys_end_in() -> None:
    assert only(LLM_MY_MODEL_BASE_URL="http://a:1", LLM_MY_MODEL_MODEL="m").name == "my_model"


def test_an_endpoint_with_a_name_needs_a_place() -> None:
    assert mistakes(LLM_GROK_MODEL="grok-4", LLM_GROK_BASE_ULR="x") == [
        "LLM_GROK_MODEL=grok-4: needs LLM_GROK_PROVIDER (such as ollama or openai) or LLM_GROK_BASE_URL too.",
        "I do not know the setting LLM_GROK_BASE_ULR. Did you mean LLM_GROK_BASE_URL?",
    ]


@pytest.mark.parametrize("name", ["MODEL", "API_KEY", "FALLBACK", "DISCOVER", "DEFAULT", "EMBEDDINGS_MODEL"])
def test_a_name_that_means_something_else_is_refused(name: str) -> None:
    (problem,) = mistakes(**{f"LLM_{name}_BASE_URL": "http://a:1"})
    assert f"no endpoint can be called {name.lower()}, as that means something else" in problem


def test_the_same_said_twice_in_other_letters_is_a_mistake() -> None:
    problems = mistakes(LLM_BOX_BASE_URL="http://a:1", LLM_Box_BASE_URL="http://b:1")
    assert problems == ["LLM_Box_BASE_URL=http://b:1: says the same as LLM_BOX_BASE_URL; keep one of them."]


def test_falling_back_to_nobody_lists_who_there_is() -> None:
    assert mistakes(LLM_GROQ_BASE_URL="http://a:1", LLM_BOX_BASE_URL="http://b:1", LLM_FALLBACK="grok") == [
        "LLM_FALLBACK=grok: there is no endpoint called grok; I know box, groq."
    ]
    assert mistakes(LLM_FALLBACK="grok") == [
        "LLM_FALLBACK=grok: there is no endpoint called grok; set LLM_GROK_BASE_URL to have one."
    ]


def test_a_wrong_endpoint_is_no_second_mistake_where_it_is_fallen_back_to() -> None:
    assert mistakes(LLM_BOX_BASE_URL="ftp://b", LLM_FALLBACK="box") == [
        "LLM_BOX_BASE_URL=ftp://b: must be an http or https URL."
    ]


def test_the_default_endpoint_is_not_fallen_back_to() -> None:
    assert settings(LLM_BASE_URL="http://a:1", LLM_FALLBACK="default").fallback == ()


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("LLM_GROK_BASE_ULR", "LLM_GROK_BASE_URL"),
        ("LLM_BIG_BOX_MODLE", "LLM_BIG_BOX_MODEL"),
        ("LLM_MY__BOX_BASE_URL", "LLM_MY_BOX_BASE_URL"),
        ("LLM_BASEURL", "LLM_BASE_URL"),
        ("LLM_APIKEY", "LLM_API_KEY"),
        ("LLM_EMBEDDINGS_MODLE", "LLM_EMBEDDINGS_MODEL"),
        ("LLM_EMBEDDING_MODEL", "LLM_EMBEDDINGS_MODEL"),
    ],
)
def test_a_misspelt_key_names_the_nearest(key: str, near: str) -> None:
    assert settings(**{key: "x"}).warnings == (f"I do not know the setting {key}. Did you mean {near}?",)


def test_a_model_alone_is_for_whichever_server_is_found() -> None:
    wanted = settings(LLM_MODEL="llama3.2", LLM_WINDOW="8192", LLM_STREAM="off")
    assert wanted.said.model == "llama3.2"
    assert (wanted.endpoints, wanted.warnings) == ((), ())
    found = Endpoint(name="ollama", base_url="http://127.0.0.1:11434/v1", provider="ollama", found=True)
    adopted = wanted.adopted(found)
    assert (adopted.name, adopted.model, adopted.window, adopted.stream) == (
        "default",
        "llama3.2",
        8192,
        False,
    )
    assert (adopted.base_url, adopted.provider, adopted.found) == (found.base_url, "ollama", True)


def test_a_key_without_a_place_goes_nowhere_and_that_is_said() -> None:
    wanted = settings(LLM_API_KEY="some-key", LLM_MODEL="m")
    assert wanted.warnings == ("LLM_API_KEY makes no difference without LLM_BASE_URL or LLM_PROVIDER.",)
    assert wanted.adopted(Endpoint(name="local", base_url="http://127.0.0.1:1")).api_key is None


def test_a_model_without_a_place_where_none_is_looked_for_makes_no_difference() -> None:
    assert settings(LLM_MODEL="m", LLM_DISCOVER="off").warnings == (
        "LLM_MODEL makes no difference without LLM_BASE_URL or LLM_PROVIDER.",
    )


def test_vectors_come_from_the_default_endpoint_where_only_the_model_is_set() -> None:
    some = settings(
        LLM_PROVIDER="openai",
        LLM_API_KEY="some-key",
        LLM_MODEL="gpt",
        LLM_DROP="stop",
        LLM_EMBEDDINGS_MODEL="vectors",
        LLM_EMBEDDINGS_DIMENSIONS="512",
    )
    assert some.embeddings == Endpoint(
        name="embeddings",
        base_url="https://api.openai.com/v1",
        api_key="some-key",
        provider="openai",
        title="OpenAI",
        model="vectors",
        dimensions=512,
    )
    assert [endpoint.name for endpoint in some.endpoints] == ["default"]


def test_what_an_endpoint_for_vectors_costs_and_is_sent_can_be_set() -> None:
    some = settings(
        LLM_EMBEDDINGS_PROVIDER="ollama",
        LLM_EMBEDDINGS_MODEL="v",
        LLM_EMBEDDINGS_PRICE_IN="0.02",
        LLM_EMBEDDINGS_EXTRA='{"truncate": true}',
        LLM_EMBEDDINGS_DROP="encoding_format,dimensions",
    ).embeddings
    assert some
    assert (some.price_in, some.extra, some.drop) == (
        Decimal("0.02"),
        {"truncate": True},
        ("encoding_format", "dimensions"),
    )


def test_what_must_be_sent_cannot_be_dropped() -> None:
    for name in ("messages", "input", "model"):
        (problem,) = mistakes(LLM_BASE_URL="http://a:1", LLM_DROP=f"stop,{name}")
        assert problem.startswith("LLM_DROP=")


def test_vectors_may_come_from_another_place_and_the_key_does_not_go_there() -> None:
    default = {"LLM_PROVIDER": "openai", "LLM_API_KEY": "some-key"}
    elsewhere = settings(
        **default, LLM_EMBEDDINGS_BASE_URL="box:8000/v1", LLM_EMBEDDINGS_MODEL="v"
    ).embeddings
    assert elsewhere
    assert (elsewhere.base_url, elsewhere.api_key) == ("http://box:8000/v1", None)
    same = settings(**default, LLM_EMBEDDINGS_PROVIDER="openai", LLM_EMBEDDINGS_MODEL="v").embeddings
    assert same
    assert same.api_key == "some-key"
    own = settings(**default, LLM_EMBEDDINGS_MODEL="v", LLM_EMBEDDINGS_API_KEY="own-key").embeddings
    assert own
    assert own.api_key == "own-key"


def test_vectors_need_a_model_and_a_place() -> None:
    assert mistakes(LLM_EMBEDDINGS_PROVIDER="ollama") == [
        "LLM_EMBEDDINGS_PROVIDER=ollama: needs LLM_EMBEDDINGS_MODEL too."
    ]
    assert mistakes(LLM_EMBEDDINGS_MODEL="v") == [
        "LLM_EMBEDDINGS_MODEL=v: needs LLM_EMBEDDINGS_PROVIDER (such as ollama or openai) "
        "or LLM_EMBEDDINGS_BASE_URL too."
    ]


def test_a_wrong_default_endpoint_is_no_second_mistake_of_the_vectors() -> None:
    assert len(mistakes(LLM_BASE_URL="ftp://x", LLM_EMBEDDINGS_MODEL="v")) == 1


def test_all_mistakes_of_all_endpoints_are_told_at_once() -> None:
    assert mistakes(
        LLM_BASE_URL="my box",
        LLM_WEIGHTS="opne",
        LLM_WINDOW="8k",
        LLM_AT_ONCE="0",
        LLM_PRICE_IN="cheap",
        LLM_STREAM="maybe",
        LLM_EXTRA="[1]",
        LLM_DROP="model",
        LLM_BOX_PROVIDER="olama",
        LLM_EMBEDDINGS_DIMENSIONS="many",
    ) == [
        "LLM_BASE_URL=my box: must be a URL without spaces.",
        "LLM_WEIGHTS=opne: must be open or closed.",
        "LLM_WINDOW=8k: must be a number of tokens from 512 up, such as 8192.",
        "LLM_AT_ONCE=0: must be a number of calls at once from 1 to 64.",
        "LLM_PRICE_IN=cheap: must be US dollars for a million tokens, such as 0.15.",
        "LLM_STREAM=maybe: must be on or off.",
        'LLM_EXTRA=…: must be a JSON object, such as {"top_k": 20}.',
        "LLM_DROP=model: must be names of request fields with commas, such as temperature,stop.",
        "LLM_PRICE_IN=cheap: needs LLM_PRICE_OUT too.",
        "LLM_BOX_PROVIDER=olama: is no provider that I know; did you mean ollama? I know "
        + f"{', '.join(PRESETS)}.",
        "LLM_EMBEDDINGS_DIMENSIONS=many: must be a number from 1 up, such as 768.",
        "LLM_EMBEDDINGS_DIMENSIONS=many: needs LLM_EMBEDDINGS_MODEL too.",
    ]


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_json_object_is_a_mistake(text: str) -> None:
    (problem,) = mistakes(LLM_BASE_URL="http://a:1", LLM_EXTRA=text)
    assert "must be a JSON object" in problem


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "1e9", "free"])
def test_what_is_no_price_is_a_mistake(text: str) -> None:
    (problem,) = mistakes(LLM_BASE_URL="http://a:1", LLM_PRICE_IN=text, LLM_PRICE_OUT="0")
    assert "must be US dollars" in problem


def test_both_prices_or_none() -> None:
    assert mistakes(LLM_BASE_URL="http://a:1", LLM_PRICE_OUT="1") == [
        "LLM_PRICE_OUT=1: needs LLM_PRICE_IN too."
    ]


def test_a_key_on_its_way_in_the_open_is_warned_of() -> None:
    (warning,) = settings(LLM_BASE_URL="http://llm.example.com/v1", LLM_API_KEY="some-key").warnings
    assert warning.startswith("LLM_BASE_URL is http:")
    assert not settings(LLM_BASE_URL="http://llm.example.com/v1").warnings
    assert not settings(LLM_BASE_URL="http://192.168.1.2/v1", LLM_API_KEY="some-key").warnings


@pytest.mark.parametrize(
    "written",
    [
        "sk-abc123def456",
        " sk-abc123def456 ",
        '"sk-abc123def456"',
        "'sk-abc123def456'",
        "“sk-abc123def456”",
        "Bearer sk-abc123def456",
        "bearer  sk-abc123def456",
        'Authorization: Bearer "sk-abc123def456"',
    ],
)
def test_a_key_is_cleaned_of_what_is_around_it(written: str) -> None:
    assert only(LLM_BASE_URL="http://a:1", LLM_API_KEY=written).api_key == "sk-abc123def456"


@pytest.mark.parametrize("written", ["sk-abc 123def456", "sk-äbc123def456", "sk-abc\n123def456", "Bearer "])
def test_a_key_that_cannot_be_one_is_a_mistake_that_does_not_show_it(written: str) -> None:
    assert mistakes(LLM_BASE_URL="http://a:1", LLM_API_KEY=written) == [
        "LLM_API_KEY=…: must be one word, just as the provider gave it."
    ]


def test_a_customary_key_that_cannot_be_one_is_one_mistake() -> None:
    assert mistakes(LLM_PROVIDER="xai", XAI_API_KEY="a b") == [
        "XAI_API_KEY=…: must be one word, just as the provider gave it."
    ]


MISPLACED = (
    "LLM_PROVIDER", "LLM_BASE_URL", "LLM_WEIGHTS", "LLM_WINDOW", "LLM_PRICE_IN", "LLM_EXTRA", "LLM_DROP",
    "LLM_FALLBACK", "ROSTRUM_LIBRARY", "LLM_BOX_STREAM", "LLM_UNHEARD_OF",
)  # fmt: skip


@given(
    secret=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_/+.@?:-]{10,40}[A-Za-z0-9]", fullmatch=True),
    key=st.sampled_from(["LLM_API_KEY", "LLM_BOX_API_KEY", "LLM_EMBEDDINGS_API_KEY", "OPENAI_API_KEY"]),
    misplaced=st.sets(st.sampled_from(MISPLACED)),
    around=st.sampled_from(["{}", "Bearer {}", '"{}"', "{} {}", "{}\u00e9"]),
)
def test_a_key_is_never_shown_wherever_it_is_written(
    secret: str, key: str, misplaced: set[str], around: str
) -> None:
    environment = {
        "LLM_PROVIDER": "openai",
        "LLM_BOX_BASE_URL": "http://llm.example.com/v1",
        "LLM_EMBEDDINGS_MODEL": "v",
        **dict.fromkeys(misplaced, secret),
        key: around.format(secret, secret),
    }
    try:
        read = settings(**environment)
        told = "".join(read.warnings) if misplaced else repr(read)
    except SettingsError as error:
        told = str(error) + repr(error)
    assert secret not in told


@pytest.mark.parametrize(
    "written",
    [
        "https://me:hunter22@host/v1",
        "me:hunter22@host",
        "https://me:hunt/hunter22@host/v1",
        "ftp://host/v1?key=hunter22",
        "host:port?api_key=hunter22",
        "sk-proj-hunter22 abc",
    ],
)
def test_what_may_be_secret_in_an_address_is_not_shown(written: str) -> None:
    (problem,) = mistakes(LLM_BASE_URL=written)
    assert "hunter" not in problem


def test_what_goes_behind_an_address_and_into_requests_is_not_shown_either() -> None:
    endpoint = only(LLM_BASE_URL="http://a:1?key=hunter22", LLM_EXTRA='{"key": "hunter22"}')
    assert (endpoint.query, endpoint.extra) == ("key=hunter22", {"key": "hunter22"})
    assert "hunter" not in repr(endpoint)
