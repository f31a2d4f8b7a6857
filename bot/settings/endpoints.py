"""From keys to endpoints: the default one, those with a name, and the one that makes vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.endpoint import DEFAULT, Endpoint
from bot.settings.addresses import Address, is_private
from bot.settings.declared import EMBEDDINGS, PREFIX, Said, SaidOfEmbeddings, declared, keys, suffixes
from bot.settings.given import Given
from bot.settings.presets import PRESETS, Preset, of_host
from bot.settings.reading import NAME

_T = TypeVar("_T", Said, SaidOfEmbeddings)
_AZURE_EXAMPLE = "https://my-resource.openai.azure.com/openai/v1"

_NO_NAMES = ("EMBEDDINGS", "EMBEDDING")
"""Keys like these mean the endpoint for vectors, or are meant to."""

Keys = Mapping[str, str]
"""The keys of one endpoint by what they end in; keys that nobody set are among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an endpoint is, whose that is, and the key for it."""

    address: Address
    preset: Preset | None
    api_key: str | None


def endpoints_of(given: Given, fallback: Iterable[str]) -> dict[str, Any]:
    """What `Settings` holds of endpoints, by the names of its fields."""
    named = _named(given)
    default_keys = {suffix: PREFIX + suffix for suffix in suffixes()}
    said = _said(Said, default_keys, given)
    is_placed = _is_placed(default_keys, given)
    default = _endpoint(DEFAULT, said, default_keys, given) if is_placed else None
    others = {
        name: endpoint
        for name, its in sorted(named.items())
        if (endpoint := _endpoint(name, _said(Said, its, given), its, given))
    }
    asked = tuple(name for name in fallback if name != DEFAULT)
    _check_fallback(asked, named, given)
    first = [others.pop(name) for name in asked if name in others]
    return {
        "endpoints": (*filter(None, [default]), *first, *others.values()),
        "fallback": asked,
        "embeddings": _embeddings(given, default, default_is_set=is_placed),
        "said": said,
    }


def split(key: str) -> tuple[str, str] | None:
    """Name and end of a key that says something of an endpoint with a name."""
    if not key.startswith(PREFIX) or key in keys():
        return None
    for suffix in suffixes():
        name = key[len(PREFIX) :].removesuffix(f"_{suffix}")
        if key.endswith(f"_{suffix}") and NAME.fullmatch(name) and name.upper() not in _NO_NAMES:
            return name, suffix
    return None


def warn_of_no_place(given: Given, *, discover: bool) -> None:
    """Warn of what is set of the default endpoint and makes no difference, as nobody says where it is."""
    default_keys = {suffix: PREFIX + suffix for suffix in suffixes()}
    if _is_placed(default_keys, given):
        return
    # A server that is found takes all but the key, which may not be for whoever listens there.
    idle = [
        key for suffix, key in default_keys.items() if key in given and (not discover or suffix == "API_KEY")
    ]
    given.warnings += [f"{key} makes no difference without LLM_BASE_URL or LLM_PROVIDER." for key in idle]


def _named(given: Given) -> dict[str, Keys]:
    named: dict[str, dict[str, str]] = {}
    for key in given:
        if not (found := split(key)):
            continue
        name, suffix = found[0].lower(), found[1]
        if name == DEFAULT or PREFIX + name.upper() in keys():
            given.wrong(
                key, f"no endpoint can be called {name}, as that means something else; take another name"
            )
        elif suffix in named.setdefault(name, {}):
            given.wrong(key, f"says the same as {named[name][suffix]}; keep one of them")
        else:
            named[name][suffix] = key
    stem = {name: f"{PREFIX}{name.upper()}_" for name in named}
    return {
        name: {suffix: its.get(suffix, stem[name] + suffix) for suffix in suffixes()}
        for name, its in named.items()
    }


def _said(of: type[_T], its: Keys, given: Given) -> _T:
    kind: type = of
    values = {name: given.value(setting, its[setting.key]) for name, setting in declared(kind).items()}
    return of(**{name: value for name, value in values.items() if value is not None})


def _is_placed(its: Keys, given: Given) -> bool:
    return its["BASE_URL"] in given or its["PROVIDER"] in given


def _endpoint(name: str, said: Said, its: Keys, given: Given) -> Endpoint | None:
    for one, other in (("PRICE_IN", "PRICE_OUT"), ("PRICE_OUT", "PRICE_IN")):
        if its[one] in given and its[other] not in given:
            given.wrong(its[one], f"needs {its[other]} too")
    place = _place(said, its, given)
    if place is None:
        return None
    if place.preset and place.preset.name == "azure" and not said.model:
        deployment = place.address.base_url.partition("/openai/deployments/")[2]
        if not deployment:
            given.wrong(_place_key(its, given), f"needs {its['MODEL']} too, the name of your deployment")
        said = replace(said, model=deployment or None)
    return _made(name, place, {"weights": place.preset and place.preset.weights, **said.of_the_model()})


def _made(name: str, place: Place, more: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        name=name,
        base_url=place.address.base_url,
        query=place.address.query,
        api_key=place.api_key,
        provider=place.preset.name if place.preset else None,
        title=place.preset.title if place.preset else "",
        **more,
    )


def _place(
    said: Said | SaidOfEmbeddings, its: Keys, given: Given, known_key: str | None = None
) -> Place | None:
    """Where it is; `None` where that is wrong or not said, which is noted."""
    if not _is_placed(its, given):
        first = next(key for key in its.values() if key in given)
        given.wrong(first, f"needs {its['PROVIDER']} (such as ollama or openai) or {its['BASE_URL']} too")
        return None
    if (its["PROVIDER"] in given and not said.provider) or (its["BASE_URL"] in given and not said.base_url):
        return None
    preset = PRESETS[said.provider] if said.provider else None
    address = said.base_url
    if address is None:
        if not preset or not preset.base_url:
            given.wrong(its["PROVIDER"], f"needs {its['BASE_URL']} too, such as {_AZURE_EXAMPLE}")
            return None
        address = Address(base_url=preset.base_url)
    preset = preset or of_host(address.host)
    api_key = said.api_key or known_key or _customary(preset, address, said, given)
    usual = preset.key if preset and said.provider else None
    if preset and preset.owns(address.host) and not api_key and not {its["API_KEY"], usual} & set(given):
        other = f" or {usual}" if usual else ""
        given.wrong(_place_key(its, given), f"{preset.title} needs a key; set {its['API_KEY']}{other}")
    if api_key and address.base_url.startswith("http://") and not is_private(address.host):
        given.warnings.append(
            f"{its['BASE_URL']} is http: on its way there, others can read the key and the questions."
        )
    return Place(address=address, preset=preset, api_key=api_key)


def _customary(
    preset: Preset | None, address: Address, said: Said | SaidOfEmbeddings, given: Given
) -> str | None:
    """The key that other programs use, where the operator named the provider; it goes to its hosts only."""
    if not preset or not preset.key or not said.provider or not preset.owns(address.host):
        return None
    key: str | None = given.value(declared(Said)["api_key"], preset.key)
    return key


def _place_key(its: Keys, given: Given) -> str:
    return its["PROVIDER"] if its["PROVIDER"] in given else its["BASE_URL"]


def _check_fallback(asked: Iterable[str], named: Iterable[str], given: Given) -> None:
    known = sorted(named)
    for name in asked:
        if name in known:
            continue
        others = f"I know {', '.join(known)}" if known else f"set {PREFIX}{name.upper()}_BASE_URL to have one"
        given.wrong("LLM_FALLBACK", f"there is no endpoint called {name}; {others}")


def _embeddings(given: Given, default: Endpoint | None, *, default_is_set: bool) -> Endpoint | None:
    its = {setting.key: EMBEDDINGS + setting.key for setting in declared(SaidOfEmbeddings).values()}
    set_keys = [key for key in its.values() if key in given]
    if not set_keys:
        return None
    said = _said(SaidOfEmbeddings, its, given)
    if its["MODEL"] not in given:
        given.wrong(set_keys[0], f"needs {its['MODEL']} too")
        return None
    if _is_placed(its, given) or not default_is_set:
        shares = default is not None and _base_url(said) == default.base_url
        place = _place(said, its, given, default.api_key if default and shares else None)
    else:
        place = _same_place(default, said.api_key) if default else None
    return _made("embeddings", place, said.of_the_model()) if place else None


def _same_place(endpoint: Endpoint, api_key: str | None) -> Place:
    address = Address(base_url=endpoint.base_url, query=endpoint.query)
    preset = PRESETS.get(endpoint.provider or "")
    return Place(address=address, preset=preset, api_key=api_key or endpoint.api_key)


def _base_url(said: SaidOfEmbeddings) -> str | None:
    if said.base_url:
        return said.base_url.base_url
    return PRESETS[said.provider].base_url if said.provider else None
