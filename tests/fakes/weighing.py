"""Compares a claim with a sentence by plain signs: words, names, negations, opposites."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.knowledge.tokens import query_tokens, tokens

_NEGATION = re.compile(
    r"\b(?:no|not|never|neither|none|nobody|nothing|without|cannot|hardly|wrong|missed)\b|n['’]t\b"
    r"|\b(?:den(?:y|ies|ied)|doubt(?:s|ed)?|reject(?:s|ed)?|disput(?:e|es|ed))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:—]\s|\b(?:but|because|although|while|since)\b|\band(?= (?:is|are|was|were|has|had|did|does)\b)"
)
_NOT_SO = re.compile(r"\b(?:that|this) (?:was|is) (?:not so|untrue)\b")
_HELD = 0.3
_ASKS = re.compile(r"^\W*(?:was|were|is|are|did|do|does|has|have)n['’]t\b", re.IGNORECASE)
_COMING = re.compile(r"\b(?:will|would|shall|promis\w+|expect\w*|plan\w*|predict\w*)\b", re.IGNORECASE)
_OPPOSITES = """
    open/closed opened/closed open/shut before/after earlier/later more/less more/fewer most/least
    released/withheld published/withheld allowed/forbidden allows/forbids allow/forbid permits/forbids
    permitted/prohibited allows/prohibits accepted/rejected won/lost rose/fell increased/decreased
    higher/lower larger/smaller bigger/smaller first/last free/paid public/private signed/vetoed
    cheap/expensive legal/illegal best/worst faster/slower restrictive/permissive safe/dangerous
    kept/dropped includes/excludes included/excluded supports/opposes supported/opposed
    true/false began/ended started/stopped new/old required/optional same/different
"""
OPPOSITES: frozenset[tuple[str, str]] = frozenset(
    (a, b) for pair in _OPPOSITES.split() for a, b in (pair.split("/"), reversed(pair.split("/")))
)
"""Pairs of words that deny each other, both ways round."""

_ALIKE = """
    released published launched posted shipped opened announced
    forbids bans prohibits bars
    allows permits lets
    requires needs asks demands
    found saw sees see finds
    restrict restriction
"""
_PHRASES = (
    (re.compile(r"\b(?:came|comes?|put|puts|was|were|had) out\b", re.IGNORECASE), "released"),
    (re.compile(r"\b(?:roughly |about )?half a year\b", re.IGNORECASE), "six months"),
    (re.compile(r"\b(\d+)B\b"), r"\1 billion"),
)
_SAYS_LITTLE = frozenset(
    re.findall(
        r"\S+",
        """
        have has had get gets got do does did come came comes make makes made say says said tell told
        report reports reported just only also really actually roughly about still anyone people put go
        two three four five six seven eight nine ten
        """,
    )
)


def words_of(text: str) -> set[str]:
    """The words of a text, lower case."""
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def stems_of(text: str) -> set[str]:
    """The stems of a text's words and numbers, all of them."""
    return set(tokens(text, "en"))


def content_of(text: str) -> set[str]:
    """The stems of what a question or claim is about: without question words and function words."""
    return {stem for stem in query_tokens(text, "en") if len(stem) > 1 or stem.isdigit()}


def _alike() -> dict[str, str]:
    """The stem that stands for each stem of a word of like meaning."""
    groups = [tokens(line, "en") for line in _ALIKE.strip().splitlines()]
    return {stem: group[0] for group in groups for stem in group}


_SAME = _alike()
_OTHER_SIDE: dict[str, set[str]] = {}
for _word, _other in OPPOSITES:
    _OTHER_SIDE.setdefault(tokens(_word, "en")[0], set()).add(tokens(_other, "en")[0])
_LITTLE = {stem for word in _SAYS_LITTLE for stem in tokens(word, "en")}


def meant_by(text: str) -> set[str]:
    """The stems of a text's words, one for all words of like meaning; no numbers."""
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    return {_SAME.get(stem, stem) for stem in stems_of(text) if not stem[0].isdigit()}


def about(claim: str) -> set[str]:
    """What a claim is about, as `meant_by` has it: without function words and words that say little."""
    for pattern, plain in _PHRASES:
        claim = pattern.sub(plain, claim)
    telling = content_of(claim) - _LITTLE
    return meant_by(claim) & {_SAME.get(stem, stem) for stem in telling}


def covered(wanted: Collection[str], sentence: str) -> float:
    """The share of the wanted that a sentence speaks of; the opposite of a word speaks of it, too."""
    there = meant_by(sentence)
    return share(wanted, there | {other for stem in there for other in _OTHER_SIDE.get(stem, ())})


def _denying(text: str, shared: Collection[str]) -> bool:
    """Whether a text denies what it shares with another, by the clauses that hold some of that.

    What stands between "neither" and "nor" is denied in the last clause; "that was not so" denies all.
    """
    clauses = _CLAUSE.split(_ASKS.sub("", text))
    denials = [len(_NEGATION.findall(clause)) for clause in clauses]
    if len(clauses) > 1:
        moved = ["neither" in clause.lower() for clause in clauses[:-1]]
        denials = [n - was for n, was in zip(denials, [*moved, -sum(moved)], strict=True)]
        holds = [share(shared, meant_by(clause)) >= _HELD for clause in clauses]
        denials = [n * held for n, held in zip(denials, holds, strict=True)]
    return (sum(denials) + len(_NOT_SO.findall(text))) % 2 == 1


def denied(claim: str, sentence: str) -> bool:
    """Whether a sentence denies what a claim speaks of, or the claim what the sentence does."""
    shared = (about(claim) & meant_by(sentence)) - names_of(claim)
    return _denying(claim, shared) != _denying(sentence, shared)


def coming(text: str) -> bool:
    """Whether a text speaks of what may come, not of what is."""
    return bool(_COMING.search(text))


def opposed(claim: str, sentence: str) -> bool:
    """Whether one has a word that the other has the opposite of, and not the word itself."""
    mine, theirs = stems_of(claim), stems_of(sentence)
    pairs = ((a, b) for a, others in _OTHER_SIDE.items() for b in others)
    return any(a in mine and b in theirs and a not in theirs and b not in mine for a, b in pairs)


def names_of(text: str) -> set[str]:
    """The stems of names: words with a capital or digits inside the text, or with one within the word."""
    found = re.findall(r"(?<=\S )[A-Z][\w-]*|\b\w*[a-z][A-Z]\w*|\b[A-Z][\w]*-?\d[\w.]*|\b[A-Z]{2,}\b", text)
    stems = {stem for name in found for stem in tokens(name, "en")}
    return {_SAME.get(stem, stem) for stem in stems if not stem[0].isdigit()}


def share(wanted: Collection[str], there: Collection[str]) -> float:
    """The share of the wanted that is there; 0 where nothing is wanted."""
    return len(set(wanted) & set(there)) / len(set(wanted)) if wanted else 0.0
