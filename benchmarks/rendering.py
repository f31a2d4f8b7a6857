"""What it costs to make Discord's messages of hostile texts: `make bench-rendering`.

5,000 texts of up to 4,000 characters, which is as much as a member can send at once, each as prose, as a
quotation and as a heading. The worst and the median CPU time of one rendering are printed.
"""

from __future__ import annotations

import gc
import random
import statistics
import time

from bot.chat.reply import Heading, Prose, Quote, Reply, reply
from bot.platforms.discord.render import rendered

COUNT = 5000
LONGEST = 4000
WORST_MS = 50
_RUNS = (
    "_",
    "*",
    "[a](",
    "`",
    "||",
    "<@1> ",
    "\n",
    "> ",
    "- ",
    "\\",
    "#",
    "z\u0300\u0301",
    "\u202e",
    "*a ",
    "_a_ ",
    "**a",
)
_PIECES = (
    *_RUNS, "word ", "@everyone ", "<@&1>", "<#1>", "</a:1>", "<t:1>", "<id:browse>", "[a](https://x.example)",
    "https://x.example ", "```\n", "```ansi\n\x1b[31m", "||x||", "\n# ", "\n-# ", "[r]: https://x.example\n",
    "[1]", "\n1. ", "~~", "\U000e0041", "`x` ", "**so** ",
)  # fmt: skip


def texts(seed: int = 1) -> list[str]:
    """Runs of one thing, and mixtures; the same for the same seed."""
    chance = random.Random(seed)
    long = [(run * LONGEST)[:LONGEST] for run in _RUNS]
    while len(long) < COUNT:
        some = chance.sample(_PIECES, chance.randint(1, len(_PIECES)))
        size = chance.choice((100, 500, 2000, LONGEST))
        long.append("".join(chance.choices(some, k=size))[:size])
    return long


def cost_ms(shown: Reply) -> float:
    """The CPU time of one rendering, its components included."""
    start = time.process_time()
    for page in rendered(shown):
        page.view().to_components()
    return (time.process_time() - start) * 1000


def main() -> None:
    """Render everything once, and print the figures."""
    rendered(reply(Prose("The first one loads the grammar.")))
    hostile = texts()
    gc.freeze()  # what is loaded, and these texts, are no part of a rendering
    for name, block in (("prose", Prose), ("quotation", Quote), ("heading", Heading)):
        costs = [cost_ms(reply(block(text))) for text in hostile]
        verdict = (
            ""
            if max(costs) < WORST_MS
            else f"  OVER {WORST_MS} ms: {hostile[costs.index(max(costs))][:30]!r}"
        )
        print(
            f"{name:10} {len(costs):,} texts   median {statistics.median(costs):6.2f} ms"
            f"   worst {max(costs):6.2f} ms{verdict}"
        )


if __name__ == "__main__":
    main()
