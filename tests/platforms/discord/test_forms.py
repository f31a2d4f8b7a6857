"""Forms as modals: within Discord's limits, and what is filled in comes back under the fields' names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.wiring import catalog
from bot.chat.bind import form as form_of
from bot.chat.reply import Field, Form
from bot.platforms.discord.forms import FORM, Forms, modal, values
from tests.oracles import discord_spec

CATALOG = catalog()


def every_form() -> list[Form]:
    """What each command asks for when nothing is given."""
    asked = [form_of(command, {}) for command in CATALOG.commands]
    return [one for one in asked if one.fields]


@pytest.mark.parametrize("asked", every_form(), ids=lambda one: one.command)
def test_discord_takes_the_form_of_every_command(asked: Form) -> None:
    told = modal(asked, Forms(CATALOG).keep(asked)).to_dict()
    found = discord_spec().request("POST", "/interactions/1/x/callback", {"type": 9, "data": told})
    assert [str(one) for one in found if one.level in ("error", "limit")] == []


def test_a_form_stays_within_the_limits_however_much_it_asks() -> None:
    fields = tuple(
        Field(name=f"f{n}", label=f"{n} " + "long " * 60, required=n > 4, long=n == 7) for n in range(9)
    )
    told: Any = modal(Form(command="articles add", fields=fields), "!form:x").to_dict()
    shown = [one["component"]["custom_id"] for one in told["components"]]
    assert shown == ["f5", "f6", "f7", "f8", "f0"]
    assert all(len(one["label"]) <= 45 and len(one["description"]) <= 100 for one in told["components"])


def test_what_stands_in_a_field_already_is_shown() -> None:
    fields = (
        Field(name="text", label="Your speech", default="Friends,", long=True, required=True),
        Field(name="stance", label="Which side", choices=("openness", "control"), default="control"),
    )
    told: Any = modal(Form(command="x", fields=fields), "!form:x").to_dict()
    text, stance = (one["component"] for one in told["components"])
    assert text["value"] == "Friends,"
    assert text["style"] == 2
    assert [option["value"] for option in stance["options"] if option.get("default")] == ["control"]


def test_roles_channels_and_files_are_picked() -> None:
    picks = tuple(
        Field(name=pick, label=pick, pick=pick, required=True) for pick in ("role", "channel", "file")
    )
    told: Any = modal(Form(command="x", fields=picks), "!form:x").to_dict()
    assert [one["component"]["type"] for one in told["components"]] == [6, 8, 19]


def test_a_short_form_comes_back_after_a_restart() -> None:
    command = CATALOG.named("debate speak")
    assert command is not None
    asked = form_of(command, {"debate": "12"})
    key = Forms(CATALOG).keep(asked)
    assert key == f"{FORM}debate speak debate:12"
    assert Forms(CATALOG).form(key) == asked


def test_a_long_form_is_remembered_while_i_run() -> None:
    command = CATALOG.named("debate question")
    assert command is not None
    asked = form_of(command, {"side": "a side with a name that goes on and on " * 4})
    forms = Forms(CATALOG)
    key = forms.keep(asked)
    assert len(key) <= 100
    assert forms.form(key) == asked
    assert Forms(CATALOG).form(key) is None


def test_only_the_newest_forms_are_remembered() -> None:
    forms = Forms(CATALOG)
    form = Form(
        command="articles add", fields=(Field(name="author", label="Author"),), known={"file": "x" * 90}
    )
    first = forms.keep(form)
    keys = [forms.keep(form) for _ in range(1000)]
    assert forms.form(first) is None
    assert forms.form(keys[0]) == form


@given(st.text(max_size=120))
def test_no_custom_id_breaks_anything(text: str) -> None:
    found = Forms(CATALOG).form(FORM + text)
    assert found is None or found.fields


@given(st.dictionaries(st.sampled_from(["text", "side", "debate"]), st.text(min_size=1, max_size=50)))
def test_what_is_typed_comes_back(typed: dict[str, str]) -> None:
    components = [
        {"type": 18, "component": {"type": 4, "custom_id": name, "value": text}}
        for name, text in typed.items()
    ]
    assert values({"components": components}) == typed


def test_what_is_picked_comes_back_and_what_is_empty_does_not() -> None:
    components = [
        {"type": 18, "component": {"type": 6, "custom_id": "moderators", "values": ["123"]}},
        {"type": 18, "component": {"type": 8, "custom_id": "duels", "values": []}},
        {"type": 18, "component": {"type": 4, "custom_id": "words", "value": ""}},
        {"type": 10, "content": "no field"},
    ]
    assert values({"components": components}) == {"moderators": "123"}
