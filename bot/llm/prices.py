"""What a call costs: by the endpoint's word, the operator's, or a list of prices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from bot.endpoint import Endpoint
from bot.model import Usage

LONG = 100_000
"""Asked tokens from which some vendors charge more, which the list does not know."""

_VERSION = re.compile(r"(-(latest|exp|beta|preview(-\d\d-\d{2,4})?|\d{3,8}(-\d\d){0,2}))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What one vendor takes: US dollars for a million tokens, asked and answered, by the start of names.

    `elsewhere` is whether the same is paid for these models at hosts that are not the vendor's `hosts`.
    """

    read: date
    hosts: tuple[str, ...]
    elsewhere: bool
    models: dict[str, tuple[Decimal, Decimal]]


def cost(usage: Usage, endpoint: Endpoint, model: str) -> Decimal | None:
    """US dollars for one call; `None` where nobody knows.

    What the endpoint said counts first, then each price that the operator set; then a server known to
    run its models on this machine takes nothing, and another what the list says. Cached
    tokens are counted in full: a cost from a price is never too low, and may be too high.
    """
    if usage.cost is not None and usage.cost.is_finite() and usage.cost >= 0:
        return usage.cost
    asked, answered = _listed(usage, endpoint, model)
    parts = (
        _part(usage.prompt, asked if endpoint.price_in is None else endpoint.price_in),
        _part(usage.answer, answered if endpoint.price_out is None else endpoint.price_out),
    )
    return None if parts[0] is None or parts[1] is None else parts[0] + parts[1]


@cache
def vendors() -> tuple[Prices, ...]:
    """The list, read when a price is first looked up in it."""
    import tomllib  # loads slowly, and many calls need no list

    text = Path(__file__).with_name("prices.toml").read_text(encoding="utf-8")
    return tuple(
        Prices(
            read=vendor["read"],
            hosts=tuple(vendor["hosts"]),
            elsewhere=vendor["elsewhere"],
            models={
                name: (Decimal(asked), Decimal(answered))
                for name, (asked, answered) in vendor["models"].items()
            },
        )
        for vendor in tomllib.loads(text, parse_float=Decimal).values()
    )


def _part(tokens: int, price: Decimal | None) -> Decimal | None:
    if tokens <= 0:
        return Decimal(0)
    return None if price is None else tokens * price / 1_000_000


def _listed(usage: Usage, endpoint: Endpoint, model: str) -> tuple[Decimal | None, Decimal | None]:
    """The two prices that hold where the operator set none."""
    if endpoint.is_free and not endpoint.passes_on(model):
        return Decimal(0), Decimal(0)
    if usage.prompt > LONG:
        return None, None
    theirs = [vendor for vendor in vendors() if endpoint.host in vendor.hosts]
    return _found(model, theirs or [vendor for vendor in vendors() if vendor.elsewhere])


def _found(model: str, among: Iterable[Prices]) -> tuple[Decimal | None, Decimal | None]:
    """The prices of the longest name that a model's begins with, if only a version follows it."""
    name = model.casefold().rpartition("/")[2].replace("@", "-")
    fitting = [
        (len(start), prices)
        for vendor in among
        for start, prices in vendor.models.items()
        if name.startswith(start) and _VERSION.fullmatch(name, len(start))
    ]
    return max(fitting)[1] if fitting else (None, None)
