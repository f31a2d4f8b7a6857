from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.passages import LONGEST, OVERLAP, Span, size, split

SENTENCE = "The weights of the model were released to everyone in the summer of that year."


def texts(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split(text)]


def test_a_short_text_is_one_passage() -> None:
    assert texts("  One sentence. Another.\n") == ["One sentence. Another."]


def test_nothing_has_no_passages() -> None:
    assert split("") == []
    assert split("\n \n") == []
    assert split("# Only a heading\n") == []


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    found = texts(" ".join([SENTENCE] * 30))
    assert len(found) > 2
    assert all(one.startswith("The weights") and one.endswith("year.") for one in found)


def test_neighbours_inside_a_paragraph_share_a_sentence() -> None:
    sentences = [f"Sentence number {number} says a few words about the model." for number in range(40)]
    first, second, *_ = split(text := " ".join(sentences))
    shared = text[second.start : first.end]
    assert shared in sentences


def test_paragraphs_stay_whole_where_they_fit() -> None:
    paragraph = " ".join([SENTENCE] * 5)
    assert texts("\n\n".join([paragraph] * 3)) == [paragraph] * 3


def test_small_paragraphs_share_a_passage() -> None:
    assert len(split("\n\n".join([SENTENCE] * 6))) == 1


def test_a_heading_is_crossed_by_no_passage_and_part_of_none() -> None:
    text = f"# Models\n\n{SENTENCE}\n\n## Grok\n{SENTENCE}\n\n# Law #\n{SENTENCE}\n"
    assert [(span.heading, text[span.start : span.end]) for span in split(text)] == [
        ("Models", SENTENCE),
        ("Models > Grok", SENTENCE),
        ("Law", SENTENCE),
    ]


def test_text_before_any_heading_has_none() -> None:
    assert [span.heading for span in split(f"{SENTENCE}\n\n# Later\n{SENTENCE}")] == ["", "Later"]


def test_a_comment_in_code_is_no_heading() -> None:
    assert [span.heading for span in split("# Real\n\n```\n# comment\nrun()\n```\n")] == ["Real"]


def test_a_hash_tag_is_no_heading() -> None:
    assert texts("#openweights is the word.") == ["#openweights is the word."]


def test_chinese_counts_two_characters_as_a_word() -> None:
    text = "该模型的权重以允许任何人使用的许可证发布。" * 40
    assert size("权重") == 1
    assert [80 <= size(one) <= LONGEST for one in texts(text)[:-1]] == [True] * 3


def test_thai_without_spaces_is_cut() -> None:
    text = "น้ำหนักของโมเดลได้รับการเผยแพร่ภายใต้ใบอนุญาต" * 60
    assert len(texts(text)) > 3
    assert "".join(texts(text)) == text


def test_a_last_crumb_joins_what_stands_before() -> None:
    text = " ".join([SENTENCE] * 8) + "\n\nThat is all."
    assert len(split(text)) == 1


PIECES = st.sampled_from(
    [
        "word ", "Word. ", "\n", "\n\n", "# Heading\n", "## Sub\n", "- item\n", "```\n", "权重发布。",
        "โมเดลของ", "a" * 300, "1.5 ", "e\u0301", SENTENCE + " ", " ".join(["long"] * 200) + ". ",
        "\u00a0", "…", "\t",
    ]
)  # fmt: skip
MADE = st.lists(PIECES, max_size=60).map("".join)


def held(spans: list[Span]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end)}


def headings(text: str) -> set[int]:
    """Where characters of lines stand that begin with a hash."""
    at, found = 0, set()
    for line in text.splitlines(keepends=True):
        if line.lstrip(" ").startswith("#"):
            found |= set(range(at, at + len(line)))
        at += len(line)
    return found


@given(MADE)
def test_passages_hold_every_word_but_headings(text: str) -> None:
    needed = {at for at, char in enumerate(text) if not char.isspace()} - headings(text)
    assert needed <= held(split(text))


@given(MADE)
def test_passages_are_in_order_and_begin_and_end_with_words(text: str) -> None:
    spans = split(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in spans)
    for one, other in pairwise(spans):
        assert one.start < other.start
        assert one.end < other.end


@given(MADE)
def test_passages_overlap_little_and_are_never_long(text: str) -> None:
    spans = split(text)
    assert all(size(text[span.start : span.end]) <= LONGEST for span in spans)
    for one, other in pairwise(spans):
        assert size(text[other.start : one.end]) <= OVERLAP


@given(st.text())
def test_any_text_can_be_split(text: str) -> None:
    assert all(text[span.start : span.end].strip() for span in split(text))
