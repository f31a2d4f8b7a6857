"""Draws the pictures of docs/discord.md: real replies, rendered for Discord, as a browser shows them."""

from __future__ import annotations

import asyncio
import base64
import html
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from bot.app import App, opened
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.outbox import Deliveries
from bot.platforms.discord.render import Page, rendered
from bot.ports import Outgoing
from bot.settings import Settings

HERE = Path(__file__).parent
WIDTH = 760
QUESTION = "What did xAI promise about Grok 2, and what was released?"
STYLE = """
body { margin: 0; padding: 22px; background: #313338; color: #dbdee1;
  font: 16px/1.4 'Noto Sans', sans-serif; }
.message { display: grid; grid-template-columns: 44px 1fr; gap: 14px; margin-bottom: 18px; }
.face { width: 42px; height: 42px; border-radius: 50%; background: #5865f2; color: #fff; font: 700 22px/42px
  'Noto Sans'; text-align: center; }
.name { color: #f2f3f5; font-weight: 600; } .app { background: #5865f2; color: #fff; border-radius: 3px;
  font: 600 11px/1 'Noto Sans'; padding: 2px 4px; margin-left: 6px; }
.typed { color: #949ba4; font-size: 14px; }
.text p, .text ul, .text ol, .text h3 { margin: 3px 0; } .text blockquote { margin: 5px 0; padding-left: 12px;
  border-left: 4px solid #4e5058; } .small { color: #949ba4; font-size: 13px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin: 7px 0; } .button { background: #4e5058; color: #fff;
  border-radius: 4px; padding: 6px 14px; font-size: 14px; } .primary { background: #5865f2; }
hr { border: 0; border-top: 1px solid #4e5058; margin: 8px 0; }
img { max-width: 380px; border-radius: 8px; }
"""


class Keeping:
    """A poster that keeps what is posted."""

    platform = "terminal"

    def __init__(self) -> None:
        self.posted: list[Reply] = []

    async def send(self, outgoing: Outgoing) -> str:
        self.posted.append(outgoing.reply)
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        return None


class Last:
    """A screen of which the last reply counts."""

    pace_s = 0.0

    async def acknowledge(self, *, private: bool) -> None:
        """Nothing."""

    async def show(self, reply: Reply) -> None:
        """Nothing: dispatch returns the last."""

    async def finish(self) -> None:
        """Nothing."""


async def main() -> None:
    """Ask, and open a debate; draw what a server would show."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), discover=False)
        async with opened(settings, platform="terminal") as app:
            answer = await _typed(app, f"/ask {QUESTION}")
            _draw("discord-answer.png", f"/ask question:{QUESTION}", rendered(answer))
            announced = await _announced(app)
            _draw("discord-debate.png", "/debate start", rendered(announced))


async def _typed(app: App, line: str) -> Reply:
    place = replace(app.home, thread="picture")
    call = Invocation(member=app.operator, place=place, text=line)
    return await app.dispatch(call, Last())


async def _announced(app: App) -> Reply:
    poster = Keeping()
    await _typed(app, "/debate start 1 for:open against:evidence")
    await Deliveries(app.outbox, poster).deliver()
    await _typed(app, "/moderate end")
    return poster.posted[0]


def _draw(name: str, typed: str, pages: Sequence[Page]) -> None:
    body = "".join(_message(page, typed if n == 0 else "") for n, page in enumerate(pages))
    page = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{body}</body>"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        height = _height(source)
        _chromium(source, f"--screenshot={HERE / name}", f"--window-size={WIDTH},{height}")


def _height(source: Path) -> int:
    """How high the page is, told by the browser itself."""
    measuring = source.with_name("measuring.html")
    script = "<script>document.title = document.documentElement.scrollHeight</script>"
    measuring.write_text(source.read_text(encoding="utf-8") + script, encoding="utf-8")
    dumped = _chromium(measuring, "--dump-dom", f"--window-size={WIDTH},100")
    found = re.search(r"<title>(\d+)</title>", dumped)
    return int(found[1]) if found else 1200


def _chromium(source: Path, *options: str) -> str:
    command = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", *options]
    done = subprocess.run([*command, source.as_uri()], check=True, capture_output=True, text=True)  # noqa: S603  # fixed words
    return done.stdout


def _message(page: Page, typed: str) -> str:
    files = {file.filename: file.fp.read() for file in page.files()}
    parts = "".join(_component(one, files) for one in page.view().to_components())
    used = f"<div class=typed>Ada used {html.escape(typed)}</div>" if typed else ""
    return (
        f"<div class=message><div class=face>R</div><div>{used}<span class=name>Rostrum</span>"
        f"<span class=app>APP</span>{parts}</div></div>"
    )


def _component(one: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    match one["type"]:
        case 1:
            return f"<div class=row>{''.join(_button(button) for button in one['components'])}</div>"
        case 9 | 17:
            return "".join(_component(inner, files) for inner in one["components"])
        case 10:
            return f"<div class=text>{_markdown(one['content'])}</div>"
        case 12:
            return "".join(_image(item, files) for item in one["items"])
        case 14:
            return "<hr>"
    raise ValueError(f"no picture of a component of type {one['type']}")


def _button(one: Mapping[str, Any]) -> str:
    style = " primary" if one["style"] == 1 else ""
    return f"<span class='button{style}'>{html.escape(one['label'])}{' ↗' if one.get('url') else ''}</span>"


def _image(item: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    data = files[item["media"]["url"].removeprefix("attachment://")]
    return f"<img src='data:image/png;base64,{base64.b64encode(data).decode()}'>"


def _markdown(text: str) -> str:
    """Discord's Markdown as HTML, as far as the bot writes it."""
    return "".join(_blocks(text.splitlines()))


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    plain: list[str] = []
    for line in [*lines, None]:
        if line is not None and not line.startswith("-# "):
            plain.append(line)
            continue
        yield MarkdownIt("commonmark", {"breaks": True, "html": False}).render("\n".join(plain))
        plain = []
        if line is not None:
            yield f"<div class=small>{MarkdownIt('commonmark').renderInline(line[3:])}</div>"


if __name__ == "__main__":
    asyncio.run(main())
