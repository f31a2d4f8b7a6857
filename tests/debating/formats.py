"""Texts of format files for tests: written from plain tables, and generated at random."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Tables = dict[str, Any]


def written(said: Mapping[str, Any]) -> str:
    """The TOML of a table of plain values, tables, and lists of tables."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in said.items() if not _is_section(value)]
    for key, value in said.items():
        if _is_section(value):
            for one in value if isinstance(value, list) else [value]:
                lines += [f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
                lines += [f"{_key(name)} = {_value(inner)}" for name, inner in one.items()]
    return "\n".join(lines) + "\n"


def _is_section(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


def _key(key: str) -> str:
    return json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def small(**more: Any) -> Tables:
    """The least that adds up: two seats, a speech each, a vote before and after; `more` takes its place."""
    return {
        "id": "small",
        "name": "Small",
        "side": [
            {"id": "for", "stance": "pro", "seats": 1},
            {"id": "against", "stance": "con", "seats": 1},
        ],
        "vote": {"pre": "before:opening", "post": "after:opening"},
        "turn": [speech("opening")],
        **more,
    }


def speech(name: str, *seats: str, minutes: Any = 2, **more: Any) -> Tables:
    """A speech of these seats, or of one a side."""
    return {
        "id": name,
        "kind": "speech",
        "seats": list(seats or ("for.1", "against.1")),
        "minutes": minutes,
        **more,
    }


_MINUTES = st.one_of(
    st.integers(1, 12), st.integers(1, 48).map(lambda n: n / 4), st.sampled_from([1.1, 2.3, 3.7, 0.33])
)


def _seat(side: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{side}.1", f"{side}.2", f"{side}.*"])


def _turn(own: str, other: str) -> st.SearchStrategy[Tables]:
    """A turn of one side, without its id; a cross-examination also takes one of the other."""
    seat = st.sampled_from([f"{own}.1", f"{own}.2"])
    return st.one_of(
        st.fixed_dictionaries(
            {"kind": st.just("speech"), "seats": _seat(own).map(lambda name: [name]), "minutes": _MINUTES},
            optional={"new_arguments": st.booleans(), "role": st.sampled_from(["opening", "closing"])},
        ),
        st.fixed_dictionaries(
            {
                "kind": st.just("cross"),
                "asker": seat,
                "answerer": st.sampled_from([f"{other}.1", f"{other}.2"]),
                "minutes": st.integers(1, 9),
            },
            optional={"max_questions": st.integers(1, 9)},
        ),
        st.fixed_dictionaries(
            {
                "kind": st.just("discussion"),
                "seats": st.just([f"{own}.*", f"{other}.*"]),
                "minutes": st.integers(2, 24),
                "answer_minutes": _MINUTES,
            }
        ),
        st.fixed_dictionaries({"kind": st.just("prep"), "minutes": _MINUTES}),
        st.fixed_dictionaries(
            {
                "kind": st.just("questions"),
                "to": st.just([own, other]),
                "minutes": st.integers(1, 15),
                "answer_minutes": _MINUTES,
            }
        ),
    )


def _named(turns: list[Tables]) -> list[Tables]:
    return [{"id": f"t{number}", **turn} for number, turn in enumerate(turns, start=1)]


def _mirrored(turn: Tables) -> Tables:
    """The same turn with the sides exchanged."""

    def swapped(name: str) -> str:
        side, dot, seat = name.partition(".")
        return {"aff": "neg", "neg": "aff"}[side] + dot + seat

    swaps: Tables = {}
    for key in ("seats", "to"):
        if key in turn:
            swaps[key] = [swapped(name) for name in turn[key]]
    for key in ("asker", "answerer"):
        if key in turn:
            swaps[key] = swapped(turn[key])
    return {**turn, **swaps}


_SIDES = [{"id": "aff", "stance": "pro", "seats": 2}, {"id": "neg", "stance": "con", "seats": 2}]
_EVERYBODY = {"kind": "speech", "seats": ["aff.*", "neg.*"], "minutes": 1}
_RATES = st.sampled_from([130, 131, 97])


def _whole(turns: list[Tables], rate: int, allow: bool = False) -> Tables:
    said: Tables = {"id": "made", "name": "Made", "side": _SIDES, "turn": _named(turns)}
    return {**said, "allow_unequal": allow, "clock": {"words_per_minute": rate}}


ANY = st.builds(
    _whole, st.lists(st.one_of(_turn("aff", "neg"), _turn("neg", "aff")), max_size=6), _RATES, st.booleans()
)
"""Formats of which most do not add up."""

FAIR = st.builds(
    lambda turns, rate: _whole([_EVERYBODY, *(t for turn in turns for t in (turn, _mirrored(turn)))], rate),
    st.lists(_turn("aff", "neg"), max_size=4),
    _RATES,
)
"""Formats in which everything that one side does, the other does next."""
