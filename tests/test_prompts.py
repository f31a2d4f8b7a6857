"""The prompts that ship add up, and one that does not is refused with all that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.model import Prompt
from bot.prompts import PARTS, PromptFile, check_all, prompt, read
from bot.shipped import shipped

SHIPPED = sorted(file.stem for file in shipped("prompts").glob("*.md"))

GOOD = """---
purpose: Say something.
inputs:
  name: whom to say it to
limits:
  tokens: 50
  temperature: 0.5
---

# system

You speak.

# opening

Listen:

# closing

Greet {name}, with {{braces}} around.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def loaded(folder: Path, text: str) -> PromptFile:
    file = folder / "greet.md"
    file.write_text(text, encoding="utf-8")
    return read(file)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        loaded(folder, text)
    assert str(folder / "greet.md") in refused.value.hint
    assert all(
        problem.startswith("greet.md: ") and problem.endswith(".") for problem in refused.value.problems
    )
    return [problem.removeprefix("greet.md: ") for problem in refused.value.problems]


# What ships.


def test_the_prompts_that_are_used_ship() -> None:
    assert {"answer", "check", "rewrite", "translate"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_prompt_that_ships_adds_up(name: str) -> None:
    one = prompt(name)
    assert one.name == name
    assert one.purpose.endswith(".")
    assert set(one.parts) <= set(PARTS)
    assert one.tokens > 0
    given = {input_name: f"<{input_name}>" for input_name in one.inputs}
    filled = one.filled(("An excerpt.",), **given)
    whole = filled.system + filled.opening + filled.closing
    assert all(value in whole for value in given.values())
    assert filled.excerpts == ("An excerpt.",)
    assert filled.earlier == ()


def test_all_of_them_are_checked_at_once() -> None:
    check_all()


def test_all_that_is_wrong_with_any_of_them_is_told_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.prompts.shipped", lambda name: folder)
    for name in ("a", "b", "c"):
        (folder / f"{name}.md").write_text(GOOD if name == "b" else "nothing", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        check_all()
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["a.md", "c.md"]


def test_a_prompt_that_does_not_exist_is_told_so() -> None:
    with pytest.raises(SettingsError, match=r"no-such\.md: it cannot be read") as refused:
        prompt("no-such")
    assert "no-such.md" in refused.value.hint


def test_the_json_that_a_model_shall_write_has_single_braces() -> None:
    filled = prompt("check").filled((), fence="xyz", claim="It is so.")
    assert '{"evidence": [{"n": 1, "quote": "…", "says": "supports"}]}' in filled.closing
    assert "{{" not in filled.closing
    assert "<sources xyz>" in filled.opening


# What a file says.


def test_a_file_is_read(folder: Path) -> None:
    one = loaded(folder, GOOD)
    assert one == PromptFile(
        name="greet",
        purpose="Say something.",
        inputs={"name": "whom to say it to"},
        tokens=50,
        temperature=0.5,
        parts={
            "system": "You speak.",
            "opening": "Listen:",
            "closing": "Greet {name}, with {{braces}} around.",
        },
    )
    assert one.filled((), name="Ann") == Prompt(
        system="You speak.", opening="Listen:", closing="Greet Ann, with {braces} around."
    )


def test_what_may_be_left_out_may_be_left_out(folder: Path) -> None:
    one = loaded(
        folder, "---\npurpose: P.\ninputs: {}\nlimits: {tokens: 5}\n---\n# system\nS\n# closing\nC\n"
    )
    assert one.temperature is None
    assert one.filled() == Prompt(system="S", closing="C")


def test_headings_inside_of_a_part_are_its_text(folder: Path) -> None:
    text = GOOD.replace("You speak.", "## Rules\n# Two words\n---\n- speak")
    assert loaded(folder, text).parts["system"] == "## Rules\n# Two words\n---\n- speak"


@pytest.mark.parametrize("given", [{}, {"nam": "Ann"}, {"name": "Ann", "more": "x"}])
def test_wrong_inputs_are_refused(folder: Path, given: dict[str, str]) -> None:
    one = loaded(folder, GOOD)
    with pytest.raises(TypeError, match="greet takes name, not"):
        one.filled((), **given)


def test_an_input_may_have_any_name(folder: Path) -> None:
    one = loaded(folder, GOOD.replace("name:", "excerpts:").replace("{name}", "{excerpts}"))
    assert one.filled(("An excerpt.",), excerpts="Ann").closing == "Greet Ann, with {braces} around."


@given(st.text())
def test_what_is_put_in_is_left_as_it_is(text: str) -> None:
    filled = prompt("translate").filled((), question=text, language="{question} {{x}} {0}")
    assert filled.closing == f"Translate into {{question}} {{{{x}}}} {{0}}: {text}"


# What is refused.


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("limits:", "model: x\nlimits:", "it knows no model."),
        ("purpose: Say something.\n", "", "it lacks purpose."),
        ("purpose: Say something.", "purpose:", "its purpose must be a sentence."),
        ("whom to say it to", "", "its input name lacks a word on what it is."),
        ("  tokens: 50\n", "", "its limit tokens must be a whole number from 1."),
        ("tokens: 50", "tokens: 0", "its limit tokens must be a whole number from 1."),
        ("tokens: 50", "tokens: many", "its limit tokens must be a whole number from 1."),
        ("tokens: 50", "tokens: yes", "its limit tokens must be a whole number from 1."),
        ("temperature: 0.5", "temperature: hot", "its limit temperature must be a number from 0 to 2."),
        ("temperature: 0.5", "temperature: 3", "its limit temperature must be a number from 0 to 2."),
        ("temperature: 0.5", "temperature: .nan", "its limit temperature must be a number from 0 to 2."),
        ("temperature: 0.5", "top_p: 0.5", "it knows no limit top_p."),
        ("temperature: 0.5", "5: x", "it knows no limit 5."),
        (":\n  tokens: 50\n  temperature: 0.5", ": 5", "its limits must be a list of name: value."),
        ("name: whom to say it to", "name: whom\n  other: what", "its input other is used nowhere."),
        ("{name}", "Ann", "its input name is used nowhere."),
        ("You speak.", "You speak {language}.", "{language} is not among its inputs."),
        ("You speak.", "You speak {}.", "{} is not among its inputs."),
        ("{name}", "{name} {name.upper}", "{name.upper} is not among its inputs."),
        ("{name}", "{name!r}", "{name} in # closing must be a name alone."),
        ("{name}", "{name:>10}", "{name} in # closing must be a name alone."),
        ("{{braces}}", "{{braces}", "braces in # closing: Single '}' encountered in format string."),
        ("# system\n\nYou speak.", "", "it has no part # system."),
        ("You speak.", "", "it has no part # system."),
        ("# opening", "# ending", "it knows no part # ending."),
        ("# opening", "# system", "it has two parts # system."),
        ("# system", "Hello.\n\n# system", "it has text before its first part."),
    ],
)  # fmt: skip
def test_a_file_that_does_not_add_up_is_refused(folder: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    assert problems(folder, GOOD.replace(old, new)) == [problem]


def test_inputs_that_are_not_described_are_refused(folder: Path) -> None:
    assert problems(folder, GOOD.replace("inputs:\n  name: whom to say it to", "inputs: [name]")) == [
        "its inputs must be a list of name: value.",
        "{name} is not among its inputs.",
    ]


@pytest.mark.parametrize("front", ["- purpose\n- inputs", "just a text", "5", ""])
def test_front_matter_that_is_no_mapping_is_refused(folder: Path, front: str) -> None:
    found = problems(folder, f"---\n{front}\n---\n# system\nS\n# closing\nC\n")
    assert found == ["its front matter must be a list of name: value."]


@pytest.mark.parametrize(
    "text", ["", "# system\nS\n# closing\nC\n", f"x{GOOD}", "---\npurpose: x\n", "--- \n---\n"]
)
def test_a_file_without_front_matter_is_refused(folder: Path, text: str) -> None:
    assert problems(folder, text) == ["it needs front matter between --- lines."]


def test_a_file_that_is_no_yaml_or_no_text_is_refused(folder: Path) -> None:
    [problem] = problems(folder, "---\npurpose: [x\n---\n# system\nS\n")
    assert problem.startswith("it cannot be read: ")
    file = folder / "greet.md"
    file.write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(SettingsError, match="it cannot be read"):
        read(file)


def test_all_that_is_wrong_is_listed_at_once(folder: Path) -> None:
    text = """---
aim: Say something.
inputs:
  name: whom
  unused: what
limits:
  tokens: -1
  words: 5
---
# closing
{name} {more} {
# ending
{other}
"""
    assert problems(folder, text) == [
        "it knows no aim.",
        "it lacks purpose.",
        "its limit tokens must be a whole number from 1.",
        "it knows no limit words.",
        "it knows no part # ending.",
        "it has no part # system.",
        "braces in # closing: Single '{' encountered in format string.",
        "{more} is not among its inputs.",
        "{other} is not among its inputs.",
    ]
