from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.chair.buttons import vote_buttons
from bot.chat.prose import escape as as_letters
from bot.chat.reply import (
    Actions,
    Block,
    Button,
    Divider,
    Fact,
    Facts,
    Field,
    Form,
    Heading,
    Mention,
    Picture,
    Progress,
    Prose,
    Quote,
    Source,
    Sources,
    reply,
)
from bot.debating.state import Ballot
from bot.platforms.discord.render import Page, rendered
from tests.oracles import discord_spec
from tests.platforms.discord.hostile import LONG, PAIRS, SHORT, live

FORM = Form(command="debate start", fields=(Field(name="motion", label="Motion"),))


def components(page: Page) -> list[dict[str, Any]]:
    def below(one: dict[str, Any]) -> list[dict[str, Any]]:
        return [one, *(deep for child in one.get("components", []) for deep in below(child))]

    return [deep for one in page.view().to_components() for deep in below(one)]


def buttons(page: Page) -> list[dict[str, Any]]:
    return [one for one in components(page) if one["type"] == 2]


def within_limits(pages: list[Page]) -> None:
    for page in pages:
        every = components(page)
        ids = [one["custom_id"] for one in every if one.get("custom_id")]
        assert 0 < len(every) <= 40
        assert 0 < sum(len(one.get("content", "")) for one in every) <= 4000 or not page.text
        assert len(ids) == len(set(ids))
        assert all(0 < len(one["label"]) <= 80 for one in every if one["type"] == 2)
        assert all(len(one["components"]) <= 5 for one in every if one["type"] == 1)


def only(*blocks: Block) -> Page:
    [page] = rendered(reply(*blocks))
    return page


def source(n: int, **more: Any) -> Source:
    return Source(**{"n": n, "article": n, "title": f"Tides {n}", **more})


def test_a_heading_a_quotation_and_facts_are_text() -> None:
    page = only(
        Heading("Why *tides*?"),
        Quote("It is the moon. So it is.", 2, (0, 15)),
        Facts((Fact("Model", "ready", "good"), Fact("Disk", "full", "bad"), Fact("Net", "slow", "doubtful"))),
    )
    assert page.text == (
        "### Why \\*tides\\*?\n> **It is the moon.** So it is. \\[2\\]\n"
        "**Model**: ✓ ready\n**Disk**: ✗ full\n**Net**: ! slow"
    )


def test_sources_have_a_line_an_article_links_and_places() -> None:
    page = only(
        Sources(
            (
                source(
                    1, author="Ann", date="2026", url="https://x.example/a", open="context 1", note="by hand"
                ),
                source(2, article=1, open="context 2", url="https://x.example/a"),
                source(3, url="http://x.example/plain"),
            )
        )
    )
    assert page.text == "\\[1\\]\\[2\\] **Tides 1** · Ann · 2026 · by hand\n\\[3\\] **Tides 3**"
    told = [(one["label"], one.get("url") or one["custom_id"]) for one in buttons(page)]
    assert told == [
        ("[1][2] Tides 1", "https://x.example/a"),
        ("Context [1]", "context 1"),
        ("Context [2]", "context 2"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example",
        "javascript:x",
        "https://",
        "https://x.example/ y",
        f"https://x.example/{'a' * 500}",
    ],
)
def test_only_plain_https_addresses_become_links(url: str) -> None:
    assert buttons(only(Sources((source(1, url=url),)))) == []


def test_only_an_id_is_pinged() -> None:
    page = only(Mention(member="123", name="Ann"), Mention(member="@everyone", name="@everyone"))
    assert page.mentions == (123,)
    assert page.text == "<@123>\n**@\u200beveryone**"


def test_progress_is_told_in_words() -> None:
    assert only(Progress("Reading", 3, 12)).text == "Reading (3 of 12)"
    assert only(Progress("Reading")).text == "Reading …"


def test_an_action_comes_once_in_a_message_and_votes_stand_out() -> None:
    vote = vote_buttons(3, Ballot.PRE)[0]
    actions = Actions((vote, Button("Again", vote.action), Button("More", "help")))
    page = only(actions, actions)
    assert [(one["label"], one["style"]) for one in buttons(page)] == [("I am for", 1), ("More", 2)]


def test_a_form_is_behind_a_button_where_it_can_be_kept() -> None:
    assert only(FORM).text == "Use `/debate start` to fill in what is missing."
    kept: list[Form] = []

    def keep(form: Form) -> str:
        kept.append(form)
        return "!form:7"

    [page] = rendered(reply(FORM), keep=keep)
    assert [one["custom_id"] for one in buttons(page)] == ["!form:7"]
    assert kept == [FORM]


def test_a_private_reply_can_be_shared() -> None:
    pages = rendered(reply(Prose("word " * 2000)), share=True)
    assert [one["custom_id"] for page in pages for one in buttons(page)] == ["!share"]
    assert buttons(pages[-1])
    full = rendered(reply(Actions(tuple(Button(str(n), f"do {n}") for n in range(40)))), share=True)
    within_limits(full)


def test_pictures_are_sent_along_under_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    path.write_bytes(b"\x89PNG")
    picture = Picture(path=str(path), alt="A card")
    page = only(picture, picture)
    files = page.files()
    names = [file.filename for file in files]
    for file in files:
        file.close()
    shown = [one["items"][0] for one in components(page)]
    assert [item["media"]["url"] for item in shown] == [f"attachment://{name}" for name in names]
    assert len(set(names)) == 2
    assert shown[0]["description"] == "A card"


def test_a_picture_that_is_gone_is_told_in_words() -> None:
    page = only(Picture(path="/nowhere/card.png", alt="A *card*"))
    assert page.text == "A \\*card\\*"
    assert page.files() == []


def test_many_pictures_go_in_several_messages(tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    path.write_bytes(b"\x89PNG")
    pages = rendered(reply(*[Picture(path=str(path), alt="A card")] * 12))
    assert len(pages) == 2
    assert sum(len(components(page)) for page in pages) == 12


def test_an_empty_reply_is_one_short_message() -> None:
    for blocks in ((), (Prose(""),), (Facts(()),), (Prose("\n\n"), Sources(()))):
        assert only(*blocks).text == "There is nothing to show."


def test_the_first_component_carries_the_mark() -> None:
    shown = only(Prose("a"), Divider(), Prose("b")).view(77).to_components()
    assert [one.get("id") for one in shown] == [77, None, None]


def test_equal_pages_need_no_edit() -> None:
    assert only(Prose("a")) == only(Prose("a"))
    assert only(Prose("a")) != only(Prose("b"))


def test_a_long_answer_arrives_whole() -> None:
    facts = [f"Fact number {n} is told here in some {'more ' * 76}words [{n}]. " for n in range(1, 31)]
    text = "".join(facts)
    entries = tuple(source(n, url=f"https://x.example/{n}", open=f"context {n}") for n in range(1, 31))
    pages = rendered(
        reply(Heading("Why?"), Prose(text), Sources(entries), Actions((Button("Helpful", "rate yes"),)))
    )
    assert len(text) >= 12_000
    within_limits(pages)
    shown = " ".join(page.text for page in pages)
    assert re.findall(r"words \\\[(\d+)\\\]\.", shown) == [str(n) for n in range(1, 31)]
    assert shown.count("more") == 30 * 76
    links = [one["url"] for page in pages for one in buttons(page) if "url" in one]
    assert links == [f"https://x.example/{n}" for n in range(1, 31)]
    assert [one["label"] for one in buttons(pages[-1])][-1] == "Helpful"


FRAMES: dict[str, tuple[Callable[[str], Block], str]] = {
    "heading": (Heading, r"\A### "),
    "prose": (lambda text: Prose(as_letters(text)), r"\A"),
    "quote": (Quote, r"(?m)^> "),
    "fact": (lambda text: Facts((Fact("Label", text),)), r"(?m)^\*\*Label\*\*: "),
    "label": (lambda text: Facts((Fact(text, "x"),)), r"\*\*(?=.*: x\Z)|\*\*(?=: x\Z)"),
    "title": (lambda text: Sources((source(1, title=text),)), r"\A\\\[1\\\] \*\*|\*\*\Z"),
    "author": (lambda text: Sources((source(1, author=text),)), r"\A\\\[1\\\] \*\*Tides 1\*\*"),
    "alt": (lambda text: Picture(path="/nowhere", alt=text), r"\A"),
    "progress": (Progress, r"\A"),
    "name": (lambda text: Mention(member="x", name=text), r"\A\*\*|\*\*\Z"),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_no_hostile_text_becomes_live_anywhere(frame: str) -> None:
    block, ours = FRAMES[frame]
    for text in [*SHORT, *PAIRS, *LONG]:
        pages = rendered(reply(block(text)))
        within_limits(pages)
        for page in pages:
            if page.text != "There is nothing to show.":
                assert live(re.sub(ours, "", page.text)) == [], (text[:80], page.text[:200])
            assert page.mentions == ()


def test_hostile_labels_stay_labels() -> None:
    for text in [*SHORT, *(pair[:80] for pair in PAIRS)]:
        pages = rendered(reply(Actions((Button(text, "help"),)), Sources((source(1, title=text, open="x"),))))
        within_limits(pages)
        assert all("\u202e" not in one["label"] for page in pages for one in buttons(page))


def test_discords_specification_takes_all_of_it(tmp_path: Path) -> None:
    spec = discord_spec()
    path = tmp_path / "card.png"
    path.write_bytes(b"\x89PNG")
    whole = reply(
        Heading("Hi"), Prose("**so** [1]\n\n- a"), Quote("words", 1), Facts((Fact("a", "b", "good"),)),
        Divider(),
        Sources((source(1, url="https://x.example", open="context 1"),)), Progress("Reading", 1, 2),
        Picture(path=str(path), alt="A card"), Mention(member="12", name="Ann"), Actions((Button("Yes",
        "vote yes"),)), FORM,
    )  # fmt: skip
    hostile = [reply(Heading(text), Quote(text), Sources((source(1, title=text),))) for text in SHORT + LONG]
    for one in [whole, reply(), *hostile]:
        for page in rendered(one, keep=lambda form: "!form:1", share=True):
            payload = {"flags": 1 << 15, "components": page.view(5).to_components()}
            found = spec.request("POST", "/channels/1/messages", payload)
            assert found == [], [str(violation) for violation in found]
