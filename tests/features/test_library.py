"""Bringing articles in, looking at them, taking them out, as typed commands do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Fact, Facts, Form, Heading, Progress, Prose, Reply
from bot.errors import InputError, NotAllowed, NotFound
from bot.settings import Settings

FULL = """---
title: Wombats
author: Ann
date: 2026-01-02
url: https://a.example/wombats
stance: both
---
Wombats dig long burrows at night in the Kassel hills.
"""


class Screen:
    """Remembers what was shown."""

    pace_s = 0.0

    def __init__(self) -> None:
        self.shown: list[Reply] = []

    async def acknowledge(self, *, private: bool) -> None:
        pass

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)

    async def finish(self) -> None:
        pass


@dataclass(frozen=True)
class Room:
    app: App
    folder: Path

    def call(self, *arguments: str, asks_back: bool = False, role: Role = Role.OPERATOR) -> Invocation:
        member = replace(self.app.operator, role=role)
        return Invocation(
            member=member, place=self.app.home, arguments=arguments, asks_back=asks_back, local=True
        )

    async def run(
        self,
        *arguments: str | Path,
        asks_back: bool = False,
        role: Role = Role.OPERATOR,
        screen: Screen | None = None,
    ) -> Reply:
        call = self.call(*map(str, arguments), asks_back=asks_back, role=role)
        return await self.app.dispatch(call, screen or Screen())

    async def fills(self, form: Form, **values: str) -> Reply:
        call = replace(
            self.call(asks_back=True), text=f"/{form.command}", arguments=(), values={**form.known, **values}
        )
        return await self.app.dispatch(call, Screen())

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    async def listed(self) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = (await self.run("articles", "list")).data
        return data

    async def titles(self) -> set[str]:
        return {article["title"] for article in await self.listed()}


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as app:
        yield Room(app, tmp_path / "files")


def form(reply: Reply) -> Form:
    return next(block for block in reply.blocks if isinstance(block, Form))


def prose(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.blocks if isinstance(block, Prose))


def facts(reply: Reply) -> dict[str, str]:
    rows: list[Fact] = [row for block in reply.blocks if isinstance(block, Facts) for row in block.rows]
    return {row.label: row.value for row in rows}


def suggested(room: Room, name: str) -> Any:
    command = room.app.dispatch.catalog.named(name)
    assert command is not None
    return command


# One file.


async def test_a_file_is_new_then_the_same_then_revised(room: Room) -> None:
    path = room.file("w.md", FULL)
    outcomes = [(await room.run("articles", "add", path)).data["outcome"] for _ in range(2)]
    room.file("w.md", FULL.replace("Kassel", "Harz"))
    revised = await room.run("articles", "add", path)
    assert [*outcomes, revised.data["outcome"]] == ["new", "same", "revised"]
    assert revised.data["revisions"] == 2
    assert revised.data["added_by"] == room.app.operator.name
    assert len(await room.listed()) == 1


async def test_what_is_typed_counts_before_what_the_file_says(room: Room) -> None:
    typed = {
        "title": "Badgers",
        "author": "Bob",
        "date": "2026-02-03",
        "url": "https://b.example/",
        "stance": "control",
        "corrects": "Moles",
    }
    options = [f"--{name}={value}" for name, value in typed.items()]
    data = (await room.run("articles", "add", room.file("w.md", FULL), *options)).data
    assert {name: data[name] for name in typed} == {**typed, "corrects": ["Moles"]}


async def test_what_is_not_typed_stays_as_the_file_says(room: Room) -> None:
    data = (await room.run("articles", "add", room.file("w.md", FULL))).data
    said = ("Wombats", "Ann", "2026-01-02", "https://a.example/wombats", "both")
    assert tuple(data[name] for name in ("title", "author", "date", "url", "stance")) == said


async def test_an_empty_answer_takes_away_author_and_link_but_leaves_the_title(room: Room) -> None:
    data = (
        await room.run("articles", "add", room.file("w.md", FULL), "--title=", "--author=", "--url=")
    ).data
    assert (data["title"], data["author"], data["url"]) == ("Wombats", None, None)


async def test_what_is_typed_over_several_lines_is_one_line(room: Room) -> None:
    path = room.file("w.md", FULL)
    typed = ["--title=Wombats\n# and\tothers", "--author=Ann\nLee", "--corrects=Old\nwombats"]
    data = (await room.run("articles", "add", path, *typed)).data
    assert (data["title"], data["author"], data["corrects"]) == (
        "Wombats # and others",
        "Ann Lee",
        ["Old wombats"],
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://a.example/", "https://", "http://a b.example"])
async def test_a_link_that_is_typed_is_checked(room: Room, url: str) -> None:
    refused = await room.run("articles", "add", room.file("w.md", FULL), f"--url={url}")
    assert isinstance(refused.error, InputError)
    assert await room.listed() == []


async def test_a_file_that_is_not_there_is_said_to_be_missing(room: Room) -> None:
    assert isinstance((await room.run("articles", "add", room.folder / "none.md")).error, NotFound)


async def test_adding_and_removing_are_for_contributors(room: Room) -> None:
    path = room.file("w.md", FULL)
    for arguments in (("articles", "add", path), ("articles", "remove", "1")):
        refused = await room.run(*arguments, role=Role.MEMBER)
        assert isinstance(refused.error, NotAllowed)
    assert (await room.run("articles", "add", path, role=Role.CONTRIBUTOR)).data["outcome"] == "new"


# The form.


async def test_a_form_asks_for_the_title_and_only_what_the_file_does_not_say(room: Room) -> None:
    path = room.file("w.md", FULL.replace("date: 2026-01-02\n", "").replace("stance: both\n", ""))
    asked = form(await room.run("articles", "add", path, asks_back=True))
    assert [field.name for field in asked.fields] == ["title", "date", "stance"]
    assert asked.fields[0].default == "Wombats"
    assert asked.fields[2].choices == ("openness", "control", "both")
    assert await room.listed() == []
    added = await room.fills(asked, title="Badgers", date="2026-05-06", stance="")
    assert (added.data["title"], added.data["author"], added.data["date"], added.data["stance"]) == (
        "Badgers",
        "Ann",
        "2026-05-06",
        None,
    )


async def test_what_was_typed_is_not_asked_for_and_not_forgotten(room: Room) -> None:
    path = room.file("w.md", "Wombats dig.\n")
    asked = form(
        await room.run(
            "articles", "add", path, "--author=Ann", "--stance=control", "--corrects=Moles", asks_back=True
        )
    )
    assert [field.name for field in asked.fields] == ["title", "date", "url"]
    added = await room.fills(asked, title="W", date="", url="")
    assert (added.data["author"], added.data["stance"], added.data["corrects"]) == (
        "Ann",
        "control",
        ["Moles"],
    )


async def test_a_file_that_says_everything_asks_for_nothing(room: Room) -> None:
    path = room.file("w.md", FULL)
    assert (await room.run("articles", "add", path, asks_back=True)).data["outcome"] == "new"


async def test_as_it_is_asks_for_nothing(room: Room) -> None:
    path = room.file("plain.txt", "Wombats dig.\n")
    assert (await room.run("articles", "add", path, "--as-is", asks_back=True)).data["outcome"] == "new"


async def test_an_answer_in_the_form_that_does_not_fit_adds_nothing(room: Room) -> None:
    asked = form(await room.run("articles", "add", room.file("w.txt", "Wombats dig.\n"), asks_back=True))
    refused = await room.fills(asked, title="W", author="", date="tomorrow", url="", stance="")
    assert isinstance(refused.error, InputError)
    assert await room.listed() == []


# A folder.


async def test_what_is_typed_for_a_folder_goes_for_each_file(room: Room) -> None:
    room.file("notes/a.md", "# First\n\nWombats dig.\n")
    room.file("notes/deeper/b.txt", "Lighthouses shine.\n")
    room.file("notes/c.md", FULL)
    done = await room.run(
        "articles",
        "add",
        room.folder / "notes",
        "--author=Eve",
        "--stance=control",
        "--date=2026-07-08",
        asks_back=True,
    )
    assert [article["outcome"] for article in done.data["articles"]] == ["new"] * 3
    articles = await room.listed()
    assert {article["title"] for article in articles} == {"First", "B", "Wombats"}
    assert {(a["author"], a["stance"], a["date"]) for a in articles} == {("Eve", "control", "2026-07-08")}


@pytest.mark.parametrize("option", ["--title=One for all", "--url=https://a.example/"])
async def test_a_title_or_a_link_cannot_be_for_a_whole_folder(room: Room, option: str) -> None:
    room.file("notes/a.md", FULL)
    refused = await room.run("articles", "add", room.folder / "notes", option)
    assert isinstance(refused.error, InputError)
    assert refused.error.message == "A title or a link is for one file, not for a folder."
    assert await room.listed() == []


async def test_a_folder_tells_how_far_it_has_come_and_which_files_it_refused(room: Room) -> None:
    for name, text in (("a.md", FULL), ("b.md", ""), ("c.md", "# C\n\nClocks tick.\n"), ("d.md", FULL)):
        room.file(f"notes/{name}", text)
    screen = Screen()
    done = await room.run("articles", "add", room.folder / "notes", screen=screen)
    assert facts(done) | {"b.md": ""} == {
        "Added": "2",
        "Changed": "0",
        "Already here": "1",
        "Refused": "1",
        "b.md": "",
    }
    assert "empty" in facts(done)["b.md"]
    assert Heading("notes: 3 of 4 files") in done.blocks
    told = [block for shown in screen.shown for block in shown.blocks if isinstance(block, Progress)]
    assert told[0] == Progress("Reading notes", 0, None)
    assert all(block.total == 4 for block in told[1:])


async def test_a_folder_without_one_good_file_is_an_error_that_says_why(room: Room) -> None:
    room.file("notes/a.md", "")
    refused = await room.run("articles", "add", room.folder / "notes")
    assert isinstance(refused.error, InputError)
    assert refused.error.message == "None of the 1 files could be added."
    assert "a.md" in refused.error.hint


# Looking and removing.


async def test_removing_asks_first_and_no_keeps_the_article(room: Room) -> None:
    await room.run("articles", "add", room.file("w.md", FULL))
    asked = form(await room.run("articles", "remove", "wombats", asks_back=True))
    assert (asked.fields[0].label, asked.fields[0].default, asked.fields[0].choices) == (
        "Remove “Wombats”? Answers will no longer quote it",
        "no",
        ("yes", "no"),
    )
    assert await room.titles() == {"Wombats"}
    kept = await room.fills(asked, sure="no")
    assert (kept.data["outcome"], prose(kept)) == ("kept", "Kept: **Wombats**.")
    assert await room.titles() == {"Wombats"}
    assert (await room.fills(asked, sure="yes")).data["outcome"] == "removed"
    assert await room.titles() == set()


async def test_where_nobody_can_be_asked_removing_removes_unless_told_not_to(room: Room) -> None:
    await room.run("articles", "add", room.file("w.md", FULL))
    assert (await room.run("articles", "remove", "wombats", "--sure=no")).data["outcome"] == "kept"
    assert (await room.run("articles", "remove", "wombats")).data["outcome"] == "removed"
    assert isinstance((await room.run("articles", "remove", "wombats")).error, NotFound)


async def test_who_is_sure_is_not_asked(room: Room) -> None:
    await room.run("articles", "add", room.file("w.md", FULL))
    removed = await room.run("articles", "remove", "wombats", "--sure", asks_back=True)
    assert removed.data["outcome"] == "removed"


async def test_an_article_is_shown_with_what_corrects_it(room: Room) -> None:
    await room.run("articles", "add", room.file("w.md", FULL))
    mended = FULL.replace("title: Wombats", "title: Wombats, mended\ncorrects: Wombats").replace("dig", "sit")
    await room.run("articles", "add", room.file("m.md", mended))
    shown = await room.run("articles", "show", "1")
    assert facts(shown)["Corrected by"] == "Wombats, mended"
    assert facts(shown)["Author"] == "Ann"
    assert "from w.md" in facts(shown)["Added"]
    assert str(room.folder) not in str(shown.blocks)
    assert shown.data["passages"][0]["text"] == "Wombats dig long burrows at night in the Kassel hills."


async def test_a_list_says_how_many_it_leaves_out(room: Room) -> None:
    for name in ("Wombats", "Badgers", "Moles"):
        await room.run("articles", "add", room.file(f"{name}.md", f"# {name}\n\n{name} dig in Kassel.\n"))
    listed = await room.run("articles", "list", "--limit=2")
    assert Heading("3 articles") in listed.blocks
    assert [article["title"] for article in listed.data] == ["Moles", "Badgers"]
    assert "1 more: `/articles list limit:3`" in prose(listed)
    found = await room.run("articles", "list", "badg")
    assert Heading("1 article with “badg”") in found.blocks
    assert "No article has “zebra”" in prose(await room.run("articles", "list", "zebra"))


async def test_titles_are_completed_as_they_are_typed(room: Room) -> None:
    for name in ("Wombats", "Badgers"):
        await room.run("articles", "add", room.file(f"{name}.md", f"# {name}\n\n{name} dig in Kassel.\n"))
    dispatch = room.app.dispatch
    show, remove = suggested(room, "articles show"), suggested(room, "articles remove")
    assert list(await dispatch.suggest(room.call(), show, "article", "womb")) == ["Wombats"]
    assert set(await dispatch.suggest(room.call(), show, "article", "")) == {"Wombats", "Badgers"}
    member = room.call(role=Role.MEMBER)
    assert list(await dispatch.suggest(member, show, "article", "womb")) == ["Wombats"]
    assert list(await dispatch.suggest(member, remove, "article", "womb")) == []


async def test_at_most_25_titles_are_offered(room: Room) -> None:
    for number in range(27):
        room.file(f"notes/{number}.md", f"# Wombat {number}\n\nWombat number {number} digs.\n")
    await room.run("articles", "add", room.folder / "notes")
    offered = await room.app.dispatch.suggest(
        room.call(), suggested(room, "articles show"), "article", "wombat"
    )
    assert len(offered) == 25
