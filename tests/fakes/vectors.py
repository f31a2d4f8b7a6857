"""Vectors of texts from hashed word stems: the same for the same text, near for similar ones."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from collections.abc import Sequence

from bot.knowledge.tokens import tokens


def vector(text: str, dimensions: int) -> list[float]:
    """A vector of length 1: each stem adds itself to four places that its hash says, and each word start."""
    sums = [0.0] * dimensions
    for stem in tokens(text, "en") or [text]:
        for feature, weight in ((stem, 1.0), (f"{stem[:4]}…", 0.4)):
            digest = hashlib.blake2b(feature.encode(), digest_size=16).digest()
            for place, sign in zip(struct.unpack("<4H", digest[:8]), digest[8:], strict=False):
                sums[place % dimensions] += weight if sign & 1 else -weight
    length = math.sqrt(sum(each * each for each in sums)) or 1.0
    return [each / length for each in sums]


def packed(values: Sequence[float]) -> str:
    """The numbers as base64 of 32-bit floats, as OpenAI gives them."""
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
