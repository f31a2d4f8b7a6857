"""Draws docs/terminal.svg: a real answer from the articles that ship, as the terminal shows it."""

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from bot.app import opened
from bot.platforms.terminal.receive import Chat
from bot.platforms.terminal.screen import TerminalScreen
from bot.settings import Settings

QUESTION = "What did xAI promise about Grok 2, and what was released?"
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
  height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


async def main() -> None:
    """Ask one question in a fresh data folder and draw what was shown."""
    console = Console(
        record=True, width=84, force_terminal=True, color_system="truecolor", file=io.StringIO()
    )
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Settings(data=Path(folder), discover=False), platform="terminal") as app:
            chat = Chat(app.dispatch, app.outbox, app.home, app.operator)
            chat.screen = TerminalScreen(console)
            await chat.greet()
            console.print(f"› {QUESTION}\n", style="bold", highlight=False)
            await chat.hear(QUESTION)
            console.print("› /source 1\n", style="bold", highlight=False)
            await chat.hear("/source 1")
    drawn = console.export_svg(title="make run", theme=MONOKAI, code_format=FRAME, unique_id="rostrum")
    (Path(__file__).parent / "terminal.svg").write_text(drawn)


if __name__ == "__main__":
    asyncio.run(main())
