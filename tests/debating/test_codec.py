"""Events survive being kept as JSON; what this version does not know is refused in clear words."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.debating.codec import decode, encode
from bot.debating.events import At, Called, Closed, Event, Opened, Paused, SeatTaken, Spoken, Started, Struck
from bot.debating.format import Pace
from bot.debating.motion import Case, Listed, Motion
from bot.debating.speech import Cards, Citation, Machine, Person, Speech, Vacant

EVENTS = get_args(Event)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
zones = st.just(UTC) | st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, as the type itself says."""
    inner = get_args(hint)
    if get_origin(hint) is UnionType:
        return st.one_of(any_of(one) for one in inner)
    if get_origin(hint) is tuple:
        return st.lists(any_of(inner[0]), max_size=3).map(tuple)
    if get_origin(hint) is dict:
        return st.dictionaries(any_of(inner[0]), any_of(inner[1]), max_size=3)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: any_of(hints[field.name]) for field in fields(hint)})
    known = {Any: plain, datetime: instants}
    return known[hint] if hint in known else st.from_type(hint)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_comes_back_as_it_was(kind: type) -> None:
    @given(any_of(kind))
    def comes_back(event: Event) -> None:
        again = decode(encode(event))
        assert again == event
        assert type(again) is kind

    comes_back()


def test_nested_values_come_back_as_what_they_were() -> None:
    seats = {"for.1": Person("u1", "Ann"), "for.2": Machine("local", "m"), "x.1": Cards(), "x.2": Vacant()}
    case = Case(burden="Show it", listed=(Listed(article="a.md", begins="One", claim="It is"),))
    opened = Opened(
        motion=Motion(text="This house would", definitions={"house": "us"}, pro=case),
        format="[format]\n",
        pace=Pace.FULL,
        live=True,
        attended=False,
        audience=None,
        breather_s=0,
        seats=dict(seats),
    )
    cited = Citation(n=1, article=2, revision=3, start=4, end=9, quote="words", title="A", date="2026")
    spoken = Spoken(
        at=At(3, 1), seat="for.1", speech=Speech(text="“words” [1]", words=1, by=Cards(), sources=(cited,))
    )
    for event in (opened, spoken):
        again = decode(encode(event))
        assert (again, repr(again)) == (event, repr(event))


def test_instants_are_kept_in_utc() -> None:
    late = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    said = encode(Called(at=At(0), seat=None, deadline=late, seconds=1, words=1))
    assert json.loads(said)["deadline"] == "2026-05-01T12:00:00+00:00"
    again = decode(said)
    assert isinstance(again, Called)
    assert again.deadline is not None
    assert again.deadline.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="has no zone"):
        encode(Called(at=At(0), seat=None, deadline=naive, seconds=1, words=1))
    said = encode(Called(at=At(0), seat=None, deadline=NOON, seconds=1, words=1))
    with pytest.raises(ValueError, match="has no zone"):
        decode(said.replace("+00:00", ""))


def test_what_json_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(Closed(result={"share": float("nan")}))


def test_a_row_of_an_older_version_gets_the_defaults() -> None:
    assert decode('{"is": "Started"}') == Started()
    row = '{"is": "SeatTaken", "seat": "for.1", "holder": {"is": "Machine", "endpoint": "local"}}'
    assert decode(row) == SeatTaken(seat="for.1", holder=Machine("local"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", r"\[\] is no dict"),
        ("null", "None is no dict"),
        ("{}", "this version knows no None here"),
        ('{"is": ["Started"]}', r"this version knows no \['Started'\] here"),
        ('{"is": "Adjourned"}', "this version knows no 'Adjourned' here"),
        ('{"is": "Person", "id": "1", "name": "Ann"}', "this version knows no 'Person' here"),
        ('{"is": "Started", "early": true, "by": "x"}', "Started has no 'by' in this version"),
        ('{"is": "SeatLeft"}', "SeatLeft lacks 'seat'"),
        ('{"is": "SeatLeft", "seat": 1}', "1 is no str"),
        ('{"is": "Started", "early": 1}', "1 is no bool"),
        ('{"is": "Resumed", "seconds": true}', "True is no int"),
        ('{"is": "Resumed", "seconds": null}', "None is no int"),
        ('{"is": "SeatTaken", "seat": "a", "holder": {"is": "Parrot"}}', "knows no 'Parrot' here"),
        ('{"is": "SeatTaken", "seat": "a", "holder": null}', "None is no dict"),
        ('{"is": "SpeechesOver", "closes": "soon"}', "Invalid isoformat"),
        ('{"is": "SpeechesOver", "closes": "0001-01-01T00:00:00+14:00"}', "beyond all years"),
    ],
)
def test_anything_else_is_refused_in_clear_words(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decode(text)


@pytest.mark.parametrize(("field", "value"), [("ended", "hunger"), ("pace", "gallop"), ("sources", {})])
def test_a_value_that_a_field_cannot_have_is_refused(field: str, value: object) -> None:
    speech = Spoken(at=At(0), seat="for.1", speech=Speech(text="", words=0, by=Vacant()))
    pace = {"motion": Motion(text=""), "format": "", "live": True, "attended": True, "audience": None}
    opened = Opened(**pace, pace=Pace.CHAT, breather_s=0, seats={})  # type: ignore[arg-type]
    said = json.loads(encode(opened if field == "pace" else speech))
    (said if field == "pace" else said["speech"])[field] = value
    with pytest.raises(ValueError, match=r"hunger|gallop|is no list"):
        decode(json.dumps(said))


@given(plain.map(json.dumps) | st.text())
def test_nothing_but_an_event_is_an_event(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)


@given(any_of(Event), st.data())
def test_an_event_with_a_changed_value_is_read_or_refused(event: Event, data: st.DataObject) -> None:
    said = json.loads(encode(event))
    said[data.draw(st.sampled_from(sorted(said)))] = data.draw(plain)
    try:
        again = decode(json.dumps(said))
    except ValueError:
        return
    assert json.loads(encode(again)) == said


def test_an_event_may_have_a_field_called_kind() -> None:
    for event in (Paused(kind="model", reason=""), Struck(speech=1, reason="kind")):
        assert decode(encode(event)) == event
