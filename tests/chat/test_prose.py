from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.prose import escape, parse


def letters(text: str) -> str:
    return "\n".join("".join(span.text for span in part.spans) for part in parse(text))


def test_the_grammar_knows_bold_italic_code_lists_quotes_and_citations() -> None:
    bold, _, cited = parse("**so** [2]")[0].spans
    assert (bold.text, bold.bold, cited.cites) == ("so", True, 2)
    assert parse("`x`")[0].spans[0].code
    assert parse("_x_")[0].spans[0].italic
    assert [(part.kind, part.marker) for part in parse("3. a\n4. b")] == [("item", "3."), ("item", "4.")]
    assert parse("> said")[0].kind == "quote"


def test_links_images_tags_and_mentions_are_plain_letters() -> None:
    for text in (
        "[a](http://x.example)",
        "![a](http://x.example)",
        "<b>x</b>",
        "<@1> @everyone",
        "http://x.example",
    ):
        assert letters(text) == text


def test_an_escaped_citation_is_no_citation() -> None:
    assert all(span.cites is None for part in parse(escape("see [1]")) for span in part.spans)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    parse(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60))
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert letters(escape(text)) == text
