"""Files become drafts: what their front matter says, their words without marks, or why they cannot."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import InputError, NotFound
from bot.knowledge.article import Draft, Stance, file_name
from bot.plain import plain
from bot.retrieval.importer import FileImporter

needs_pipes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")


async def read(folder: Path, content: str | bytes, name: str = "my-notes.md") -> Draft:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return await FileImporter().read(file)


async def refused(folder: Path, content: str | bytes, name: str = "notes.md") -> str:
    with pytest.raises(InputError) as error:
        await read(folder, content, name)
    assert len(str(error.value)) <= 200
    return str(error.value)


def source_of(file: Path) -> str:
    return f"file:{file.resolve()}"


async def files(path: Path) -> list[str]:
    return [file.name async for file in FileImporter().files(path)]


async def test_front_matter_says_the_particulars_and_is_no_part_of_the_text(tmp_path: Path) -> None:
    draft = await read(
        tmp_path,
        "---\ntitle: 'No: a plea'\nauthor: [Ann, Bob]\ndate: 2026-02-28\nurl: https://example.org/a?b=c\n"
        "stance: Openness\ncorrects:\n  - An older one\n  - old-file\ntags: {a: [b]}\n---\n\nFirst line.\n",
    )
    said = draft.particulars
    assert (said.title, said.author, said.date) == ("No: a plea", "Ann, Bob", date(2026, 2, 28))
    assert (said.url, said.stance) == ("https://example.org/a?b=c", Stance.OPENNESS)
    assert said.corrects == ("An older one", "old-file")
    assert draft.text == "First line."
    assert draft.source == source_of(tmp_path / "my-notes.md")
    assert (draft.added_by, draft.channel) == ("", None)


async def test_values_stay_what_was_typed(tmp_path: Path) -> None:
    said = (await read(tmp_path, "---\ntitle: no\nauthor: 1984\nurl:\ncorrects: ~\n---\nText.")).particulars
    assert (said.title, said.author, said.url, said.corrects) == ("no", "1984", None, ())


@pytest.mark.parametrize("typed", ["2026-02-28", "'2026-02-28T10:00:00Z'", "2026-02-28 10:00:00 +02:00"])
async def test_a_date_may_carry_a_time(tmp_path: Path, typed: str) -> None:
    assert (await read(tmp_path, f"---\ndate: {typed}\n---\nText.")).particulars.date == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("stance: maybe", "Front matter, line 3: stance must be openness, control or both, not “maybe”."),
        ("date: 31 Feb", "Front matter, line 3: date must be a day like 2026-11-23, not “31 Feb”."),
        ("date: 2026-02-30", "Front matter, line 3: date must be a day like 2026-11-23, not “2026-02-30”."),
        ("date: [2026-02-28, x]", "date must be a day"),
        ("author: {first: Ann}", "Front matter, line 3: author must be a word or a list of words."),
        ("author: [[[Ann]]]", "Front matter, line 3: author must be a word or a list of words."),
        ("author: 'Ann", "Front matter, line 4: found unexpected end of stream."),
        ("author: Ann: Bob", "Front matter, line 3: mapping values are not allowed here."),
        ("author: *nobody", "Front matter, line 3: found undefined alias 'nobody'."),
        (f"title: {'long ' * 100}", "title must be at most 300 characters long"),
        (f"title: [{'long, ' * 75}]", "title must be at most 300 characters long"),
        (f"author: {'long ' * 41}", "author must be at most 200 characters long"),
        (f"corrects: [a, {'long ' * 100}]", "corrects must be at most 300 characters long"),
        ("url: ftp://example.org", "Only http and https links. Front matter, line 3: url."),
        ("url: javascript:alert(1)", "Only http and https links."),
        ("url: example.org", "Only http and https links."),
        ("url: https://google.com@evil.example/", "Links with a user name or password are not accepted."),
        ("url: http://[::1", "That is not a link."),
        ("url: https:///path", "That is not a link."),
        ("url: https://example.org/a b", "That is not a link."),
        (f"url: https://example.org/{'a' * 2048}", "That link is too long (2,048 at most)."),
    ],
)
async def test_wrong_front_matter_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    assert told in await refused(tmp_path, f"---\nlanguage: en\n{line}\n---\nText.")


async def test_deep_front_matter_is_refused(tmp_path: Path) -> None:
    assert "YAML" in await refused(tmp_path, f"---\na: {'[' * 5000}\n---\nText.")


async def test_a_text_between_two_rules_is_text(tmp_path: Path) -> None:
    draft = await read(tmp_path, "---\nOnce upon a time\n---\nText.")
    assert "Once upon a time" in draft.text
    assert (await read(tmp_path, "---\nno end")).text == "---\nno end"


async def test_plain_text_has_no_front_matter_and_no_marks(tmp_path: Path) -> None:
    draft = await read(tmp_path, "---\ntitle: A\n---\n*stars* stay [here](x)", "notes.txt")
    assert draft.text == "---\ntitle: A\n---\n*stars* stay [here](x)"
    assert draft.particulars.title == "Notes"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *first* heading\n\n# Second", "The first heading"),
        ("```sh\n# a comment\n```\n# Real", "Real"),
        ("Underlined\n==========\n\nText.", "Underlined"),
        ("## Only a second level", "My notes"),
        (f"# {'long ' * 100}", "My notes"),
        ("Nothing", "My notes"),
    ],
)
async def test_without_a_title_the_first_heading_or_the_file_name_is_it(
    tmp_path: Path, text: str, title: str
) -> None:
    assert (await read(tmp_path, text)).particulars.title == title


async def test_the_first_heading_stays_in_the_text(tmp_path: Path) -> None:
    assert (await read(tmp_path, "# Title\n\nText.")).text == "# Title\n\nText."


@pytest.mark.parametrize(
    ("markdown", "light"),
    [
        ("A **bold** and _slanted_ `co*de*`, ~~gone~~.", "A bold and slanted co*de*, gone."),
        ("[link](https://x.example 'title') and [one][r] and [r].\n\n[r]: https://x", "link and one and r."),
        ("![A *cat*](cat.png) and <https://x.example>", "A cat and https://x.example"),
        ("snake_case and \\*stars\\* &amp; &lt;tags&gt;", "snake_case and *stars* & <tags>"),
        ("a <!-- hidden\nwords --> b <b>c</b>", "a  b c"),
        ("<!-- hidden -->\n\nText.", "Text."),
        ("<div><script>alert(1)</script>\nText &amp; more</div>", "Text & more"),
        ("- *one*\n  two **lines**\n- [ ] three\n\n1. four", "- one\n  two lines\n- [ ] three\n\n1. four"),
        ("> *quoted*\n> words\nlazy *ones*", "> quoted\n> words\nlazy ones"),
        ("> ## *In* a quote ##", "> ## In a quote"),
        ("Two\n*lines*\n---", "## Two lines"),
        ("```\n# code *as it is*\n```", "```\n# code *as it is*\n```"),
        ("    indented *code*", "    indented *code*"),
        ("a  \nb\t\n\n\n\n\nc", "a\nb\n\nc"),
        ("*over\nlines*", "over\nlines"),
        ("hid&#8203;den &#x202E;words", "hidden words"),
        ("zero\u200bwidth \u202eright\U000e0041", "zerowidth right"),
    ],
)
async def test_marks_go_and_words_and_blocks_stay(tmp_path: Path, markdown: str, light: str) -> None:
    assert (await read(tmp_path, markdown)).text == light


async def test_a_long_text_is_lightened_like_a_short_one(tmp_path: Path) -> None:
    part = (
        "## *Part*\n\nA **bold** [link][far] here.\n\n- *one*\n\n  two\n\n```\n*code*\n\n# kept\n```\n\n"
        "<!-- hidden *so*\n\nlong -->\n\n"
    )
    light = "## Part\n\nA bold link here.\n\n- one\n\n  two\n\n```\n*code*\n\n# kept\n```\n\n"
    draft = await read(tmp_path, part * 1500 + "[far]: https://far.example")
    assert draft.text == (light * 1500).strip()


async def test_a_text_of_one_endless_line_is_taken_as_it_is(tmp_path: Path) -> None:
    line = "*word* " * 100_000
    assert (await read(tmp_path, line)).text == line.strip()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize(
    "text",
    [
        "Die Größe der Modelle zählt nicht allein – „offen“ heißt für manche bloß käuflich.",
        "L’ouverture des modèles a été défendue ; où l’on préfère évaluer les risques réels à côté.",
        "¿Quién decide qué modelos se publican? La mañana del año pasado, «más transparencia».",
        "Öppna modeller är inte alltid säkrare än slutna, men många på högskolan säger så.",
        "A decisão não é só técnica: há razões econômicas e políticas. Ações são necessárias.",
    ],
)
async def test_western_text_is_read_in_any_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    assert (await read(tmp_path, text.encode(encoding), "a.txt")).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Otwarte modele są łatwiejsze do zbadania, lecz także łatwiejsze do nadużycia."),
        ("cp1250", "Otevřené modely lze snáze zkoumat, ale také snáze zneužít, přestože cesta bude dlouhá."),
        ("cp1251", "Открытые модели легче изучать, но и легче использовать во вред. Путь будет долгим."),
        ("utf-16-le", "Открытые модели легче изучать, но и легче использовать во вред."),
        (
            "shift_jis",
            "公開されたモデルは調べやすいが、悪用もしやすい。コミュニティはリスクを評価しようとしている。",
        ),
        ("gb18030", "开放的模型更容易研究，但也更容易被滥用。社区已经在尝试评估风险，尽管道路会很漫长。"),
        ("euc_kr", "공개된 모델은 연구하기 쉽지만 악용하기도 쉽다. 커뮤니티는 이미 위험을 평가하려고 한다."),
    ],
)
async def test_other_encodings_are_recognised(tmp_path: Path, text: str, encoding: str) -> None:
    assert (await read(tmp_path, text.encode(encoding), "a.txt")).text == text


async def test_one_broken_character_does_not_spoil_a_text(tmp_path: Path) -> None:
    good = "Größe zählt für uns, schön wär’s, überall, ähnlich, nötig, täglich, mögen, Füße. "
    draft = await read(tmp_path, good.encode() + b"br\xffken", "a.txt")
    assert draft.text == good + "br\ufffdken"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "That file is empty."),
        (b" \n\n\t\n", "That file is empty."),
        (b"\xef\xbb\xbf", "That file is empty."),
        (b"---\ntitle: A\n---\n", "That file is empty."),
        (b"<!-- nothing to see -->", "That file is empty."),
        ("\u200b\u2060\ufeff".encode(), "That file is empty."),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "That is not a text file."),
        (b"text with one \x00 byte", "That is not a text file."),
        (bytes(range(256)) * 10, "That is not a text file."),
        (bytes(range(1, 32)) * 10, "That is not a text file."),
        (b"\xff\xfea", "I can't read the text encoding."),
    ],
)
async def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in await refused(tmp_path, content)


async def test_a_file_over_the_limit_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "large.md"
    with file.open("wb") as opened:
        opened.truncate(60 * 10**6)
    with pytest.raises(InputError, match=r"^That file is too large \(10 MB at most\)\.$"):
        await FileImporter().read(file)


async def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    importer = FileImporter()
    for path in (tmp_path / "missing.md", tmp_path / "nul\0.md", Path("x" * 5000)):
        with pytest.raises(InputError):
            await importer.read(path)
        with pytest.raises(InputError):
            await files(path)
    with pytest.raises(NotFound, match=r"There is no file or folder .*missing\.md\."):
        await files(tmp_path / "missing.md")
    with pytest.raises(InputError, match="is not a file"):
        await importer.read(tmp_path)
    (tmp_path / "picture.png").touch()
    for read_or_list in (importer.read, files):
        with pytest.raises(InputError, match=r"I read Markdown and plain text \(\.md, "):
            await read_or_list(tmp_path / "picture.png")


@needs_pipes
async def test_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "device.md").symlink_to("/dev/zero")
    for name in ("pipe.md", "device.md"):
        with pytest.raises(InputError, match="is not a file"):
            await FileImporter().read(tmp_path / name)
    with pytest.raises(InputError, match="There is nothing to read"):
        await files(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
async def test_a_file_without_permission_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "secret.md"
    file.touch(mode=0o000)
    with pytest.raises(InputError, match="I may not read"):
        await FileImporter().read(file)


async def test_a_folder_gives_its_texts_in_order_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    for name in ("b.md", "a.TXT", "sub/c.markdown", "d.text", ".hidden.md", ".git/e.md", "f.html", "g"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (tmp_path / "outside.md").write_text("x")
    (folder / "out.md").symlink_to(tmp_path / "outside.md")
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "in.md").symlink_to(folder / "b.md")
    assert await files(folder) == ["a.TXT", "b.md", "d.text", "in.md", "c.markdown"]
    assert await files(folder / "b.md") == ["b.md"]


async def test_a_folder_without_texts_says_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is nothing to read in .* I read Markdown and plain text"):
        await files(tmp_path)


async def test_a_file_name_is_shown_without_its_folders_and_without_tricks(tmp_path: Path) -> None:
    draft = await read(tmp_path, "Text.", "evil\u202egpj.exe\u200b name.md")
    assert draft.particulars.title == "Evilgpj.exe name"
    assert file_name(draft.source) == "evilgpj.exe name.md"
    assert file_name("file:/x/" + "a" * 300 + ".md") == "a" * 120
    assert file_name("https://example.org/a.md") is None
    odd = tmp_path / os.fsdecode(b"odd\xff.md")
    odd.write_text("Text.")
    (await FileImporter().read(odd)).source.encode()


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(["a.md", "a.txt"]))
@example(b"---\n? [a]\n---\n", "a.md")
@example(b"---\n&a [*a]\n---\n", "a.md")
@example(b'---\ntitle: "\\ud800"\n---\nx', "a.md")
async def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    file = tmp_path_factory.getbasetemp() / name
    file.write_bytes(data)
    try:
        draft = await FileImporter().read(file)
    except InputError:
        return
    assert draft.text
    assert draft.text == plain(draft.text).strip("\n")
    (draft.text + repr(draft.particulars)).encode()


_MARKUP = st.sampled_from(
    [*"*_`[]()<>!#-+=~|&;:\\\"' \n\té", "](", "![", "<!--", "-->", "```", "\n\n", "[a]: /x", "word", "    "]
)


@given(st.lists(_MARKUP, max_size=60).map("".join))
async def test_any_markup_is_read_or_found_empty(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    await test_any_bytes_are_read_or_refused.hypothesis.inner_test(tmp_path_factory, text.encode(), "a.md")  # type: ignore[attr-defined]
