"""Base URLs as people write them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.addresses import Refused, address, is_private


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("https://api.example.com//v1//", "https://api.example.com/v1"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("//api.example.com/v1", "https://api.example.com/v1"),
        ("api.example.com:443/v1", "https://api.example.com:443/v1"),
        ("gpu.example.com:8000", "http://gpu.example.com:8000"),
        ("gpu-box:8000/v1", "http://gpu-box:8000/v1"),
        ("gpu-box", "http://gpu-box"),
        ("my_container:8000", "http://my_container:8000"),
        ("localhost:11434", "http://localhost:11434"),
        ("http://localhost:11434/v1/chat/completions", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/completions/", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/models", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/embeddings", "http://localhost:11434/v1"),
        ("http://localhost:11434/api/chat", "http://localhost:11434"),
        ("127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("192.168.1.20/v1", "http://192.168.1.20/v1"),
        ("100.64.3.2/v1", "http://100.64.3.2/v1"),
        ("8.8.8.8/v1", "https://8.8.8.8/v1"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("server.local/v1", "http://server.local/v1"),
        ("host.docker.internal:11434", "http://host.docker.internal:11434"),
        ("http://0.0.0.0:8000/v1", "http://127.0.0.1:8000/v1"),
        ("HTTP://LocalHost:1234/V1/Models", "http://localhost:1234/V1"),
        ("'https://api.example.com/v1'", "https://api.example.com/v1"),
        ("<https://api.example.com/v1>", "https://api.example.com/v1"),
        ("https://api.example.com/v1#chat", "https://api.example.com/v1"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/",
         "https://generativelanguage.googleapis.com/v1beta/openai"),
        ("https://res.openai.azure.com", "https://res.openai.azure.com/openai/v1"),
        ("https://res.services.ai.azure.com/models", "https://res.services.ai.azure.com/models"),
        ("https://res.services.ai.azure.com/models/chat/completions", "https://res.services.ai.azure.com/models"),
    ],
)  # fmt: skip
def test_an_address_is_taken_as_people_write_it(written: str, meant: str) -> None:
    assert address(written).base_url == meant
    assert address(meant).base_url == meant


def test_what_azure_wants_behind_the_address_is_kept() -> None:
    written = "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-06-01"
    assert address(written).base_url == "https://r.openai.azure.com/openai/deployments/d"
    assert address(written).query == "api-version=2024-06-01"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("ftp://host/v1", "must be an http or https URL"),
        ("file:///models", "must be an http or https URL"),
        ("ws://localhost:8000", "must be an http or https URL"),
        ("https://me:secret@host/v1", "must not hold a user name or password"),
        ("me@host:8000", "must not hold a user name or password"),
        ("my server:8000", "must be a URL without spaces"),
        ("https://host/v1 ; rm", "must be a URL without spaces"),
        ("ollama", "is no URL but a provider"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        address(written)


@pytest.mark.parametrize(
    "written",
    ["", "11434", ":11434", "http://", "https:///v1", "host:port", "host:99999", "http://a..b", "[::1"],
)  # fmt: skip
def test_what_has_no_host_or_port_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the words for it are the setting's
        address(written)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "10.1.2.3", "172.20.0.2", "box", "nas.lan"]
)
def test_hosts_of_ones_own_network_are_private(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", ["api.openai.com", "1.1.1.1", "2606:4700::1111", "local.example.com"])
def test_hosts_out_there_are_not(host: str) -> None:
    assert not is_private(host)


@given(
    st.text() | st.from_regex(r"(https?://)?[a-z0-9.\-]{1,12}(:\d{1,5})?(/[a-z0-9/]{0,12})?", fullmatch=True)
)
def test_an_address_once_made_stays_as_it_is(text: str) -> None:
    try:
        made = address(text)
    except ValueError:
        return
    assert urlsplit(made.base_url).scheme in ("http", "https")
    assert not made.base_url.endswith("/")
    again = address(made.base_url).base_url
    assert again == made.base_url or made.base_url.startswith(again)
