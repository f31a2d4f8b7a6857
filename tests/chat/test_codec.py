"""Replies survive being stored as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.codec import decode, encode
from bot.chat.reply import Block, Prose, Reply, reply
from bot.errors import NotFound

plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
blocks = st.one_of([st.from_type(kind) for kind in get_args(Block)])
replies = st.builds(
    Reply,
    st.lists(blocks, max_size=5).map(tuple),
    data=plain_data,
    private=st.none() | st.booleans(),
    error=st.none(),
    verbatim=st.none() | st.text(),
)


@given(replies)
def test_every_reply_comes_back_as_it_was(said: Reply) -> None:
    assert decode(encode(said)) == said


def test_an_error_comes_back_as_what_it_told() -> None:
    again = decode(encode(replace(reply(Prose("x")), error=NotFound("No.", "Try.", code="E-X"))))
    assert again.error is not None
    assert (again.error.message, again.error.hint, again.error.code) == ("No.", "Try.", "E-X")


@given(st.text() | plain_data.map(repr) | st.sampled_from(['{"blocks": [{"kind": "Nothing"}]}', "[]", "{}"]))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(text)
