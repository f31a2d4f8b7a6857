"""Every setting, declared once: its key, how its text is read, which values it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bot.endpoint import DEFAULT, Endpoint, Weights
from bot.settings import reading
from bot.settings.addresses import Address, address

PREFIX = "LLM_"
EMBEDDINGS = "LLM_EMBEDDINGS_"

_TOKENS_A_DAY = "a number of tokens a day from 1 up, or off for no limit"
_ASKS_A_MINUTE = "a number of questions a minute from 1 up, or off for no limit"
_DOLLARS = "US dollars for a million tokens, such as 0.15"


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands beside a field: its key, how its text is read, which values it takes.

    What is secret is never shown. Settings of an endpoint are declared without what goes before their key:
    `LLM_`, or `LLM_` and the endpoint's name.
    """

    key: str
    read: Callable[[str], Any]
    allowed: str
    is_secret: bool = False


_URL = Setting("BASE_URL", address, "a URL such as http://localhost:11434/v1 or https://api.openai.com/v1")
_PROVIDER = Setting("PROVIDER", reading.provider, "a provider, such as openai or ollama")
_MODEL = Setting("MODEL", reading.model, "the name of a model, in one word")
_PRICE_IN = Setting("PRICE_IN", reading.price, _DOLLARS)
_EXTRA = Setting("EXTRA", reading.fields, 'a JSON object, such as {"top_k": 20}', is_secret=True)
_DROP = Setting("DROP", reading.field_names, "names of request fields with commas, such as temperature,stop")
_API_KEY = Setting("API_KEY", reading.api_key, "one word, just as the provider gave it", is_secret=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the operator says of one endpoint; `None` where nothing."""

    provider: Annotated[str | None, _PROVIDER] = None
    base_url: Annotated[Address | None, _URL] = None
    model: Annotated[str | None, _MODEL] = None
    api_key: Annotated[str | None, _API_KEY] = field(default=None, repr=False)
    weights: Annotated[Weights | None, Setting("WEIGHTS", reading.weights, "open or closed")] = None
    window: Annotated[
        int | None,
        Setting("WINDOW", reading.whole(512, 100_000_000), "a number of tokens from 512 up, such as 8192"),
    ] = None
    at_once: Annotated[
        int | None, Setting("AT_ONCE", reading.whole(1, 64), "a number of calls at once from 1 to 64")
    ] = None
    price_in: Annotated[Decimal | None, _PRICE_IN] = None
    price_out: Annotated[Decimal | None, Setting("PRICE_OUT", reading.price, _DOLLARS)] = None
    stream: Annotated[bool | None, Setting("STREAM", reading.on_off, "on or off")] = None
    extra: Annotated[Mapping[str, Any] | None, _EXTRA] = field(default=None, repr=False)
    drop: Annotated[tuple[str, ...] | None, _DROP] = None

    def of_the_model(self) -> dict[str, Any]:
        """What is said, place and key apart, by the names of an Endpoint's fields."""
        return _beside_the_place(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfEmbeddings:
    """What the operator says of the endpoint that makes vectors."""

    provider: Annotated[str | None, _PROVIDER] = None
    base_url: Annotated[Address | None, _URL] = None
    model: Annotated[str | None, _MODEL] = None
    api_key: Annotated[str | None, _API_KEY] = field(default=None, repr=False)
    dimensions: Annotated[
        int | None, Setting("DIMENSIONS", reading.whole(1, 100_000), "a number from 1 up, such as 768")
    ] = None
    price_in: Annotated[Decimal | None, _PRICE_IN] = None
    extra: Annotated[Mapping[str, Any] | None, _EXTRA] = field(default=None, repr=False)
    drop: Annotated[tuple[str, ...] | None, _DROP] = None

    def of_the_model(self) -> dict[str, Any]:
        """What is said, place and key apart, by the names of an Endpoint's fields."""
        return _beside_the_place(self)


def _beside_the_place(said: Said | SaidOfEmbeddings) -> dict[str, Any]:
    names = [one.name for one in fields(said) if one.name not in ("provider", "base_url", "api_key")]
    return {name: value for name in names if (value := getattr(said, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator chose. Of limits, `None` is none.

    `endpoints` are the models' places: the default one first, then those of `fallback`, then the others by
    name. `fallback` names those that are asked in turn where the default one fails.
    """

    data: Annotated[Path, Setting("ROSTRUM_DATA", reading.folder, "a folder, such as ./data")] = Path("data")
    library: Annotated[bool, Setting("ROSTRUM_LIBRARY", reading.on_off, "on or off")] = True
    asks_kept_days: Annotated[
        int,
        Setting("ROSTRUM_ASKS_KEPT_DAYS", reading.whole(1, 3650), "a number of days from 1 to 3650"),
    ] = 30
    log_level: Annotated[
        str, Setting("ROSTRUM_LOG_LEVEL", reading.level, "debug, info, warning or error")
    ] = "WARNING"
    member_tokens: Annotated[
        int | None, Setting("ROSTRUM_MEMBER_TOKENS", reading.limit(10**12), _TOKENS_A_DAY)
    ] = 50_000
    community_tokens: Annotated[
        int | None, Setting("ROSTRUM_COMMUNITY_TOKENS", reading.limit(10**12), _TOKENS_A_DAY)
    ] = 500_000
    total_tokens: Annotated[
        int | None, Setting("ROSTRUM_TOTAL_TOKENS", reading.limit(10**12), _TOKENS_A_DAY)
    ] = 2_000_000
    member_asks: Annotated[
        int | None, Setting("ROSTRUM_MEMBER_ASKS", reading.limit(10_000), _ASKS_A_MINUTE)
    ] = 5
    channel_asks: Annotated[
        int | None, Setting("ROSTRUM_CHANNEL_ASKS", reading.limit(10_000), _ASKS_A_MINUTE)
    ] = 20
    discord_token: Annotated[
        str | None,
        Setting("DISCORD_TOKEN", reading.bot_token, "one word, just as Discord gave it", is_secret=True),
    ] = field(default=None, repr=False)
    discord_message_content: Annotated[
        bool, Setting("DISCORD_MESSAGE_CONTENT", reading.on_off, "on or off")
    ] = False
    discord_dev_server: Annotated[
        int | None,
        Setting("DISCORD_DEV_SERVER", reading.snowflake, "the id of a server, such as 123456789012345678"),
    ] = None
    discord_api_base: Annotated[
        str,
        Setting(
            "DISCORD_API_BASE", reading.url("http", "https"), "a URL such as https://discord.com/api/v10"
        ),
    ] = "https://discord.com/api/v10"
    discord_gateway: Annotated[
        str | None,
        Setting("DISCORD_GATEWAY", reading.url("ws", "wss"), "a URL such as wss://gateway.discord.gg"),
    ] = None
    discover: Annotated[bool, Setting("LLM_DISCOVER", reading.on_off, "on or off")] = True
    fallback: Annotated[
        tuple[str, ...],
        Setting("LLM_FALLBACK", reading.endpoint_names, "names of endpoints with commas, such as groq,local"),
    ] = ()
    endpoints: tuple[Endpoint, ...] = ()
    embeddings: Endpoint | None = None
    said: Said = Said()
    """What is said of the default endpoint, also where its place is not."""
    warnings: tuple[str, ...] = ()

    def adopted(self, found: Endpoint) -> Endpoint:
        """A server that was found as the default endpoint, with all that is set of that but place and key."""
        return replace(found, name=DEFAULT, **self.said.of_the_model())


@cache
def declared(of: type = Settings) -> dict[str, Setting]:
    """Every setting by the name of its field."""
    hints = get_type_hints(of, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items() if get_origin(hint) is Annotated}


@cache
def suffixes() -> tuple[str, ...]:
    """What the keys of an endpoint end in, the longest first."""
    return tuple(sorted((setting.key for setting in declared(Said).values()), key=len, reverse=True))


def keys() -> list[str]:
    """Every key that settings are read from, those of endpoints with a name apart."""
    return [
        *(setting.key for setting in declared().values()),
        *(PREFIX + setting.key for setting in declared(Said).values()),
        *(EMBEDDINGS + setting.key for setting in declared(SaidOfEmbeddings).values()),
    ]
