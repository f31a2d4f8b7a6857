"""The error tree, drawn by who must act.

RostrumError
├── InputError          the person who typed: mend the command (exit code 2)
│   ├── NotFound        … name something that is there
│   └── NotAllowed      … ask someone who may
├── OperatorError       whoever runs the bot: settings, data folder, database (exit code 78)
│   ├── SettingsError
│   └── StoreError
├── Passing             nobody: try again in a moment
│   ├── Wait            … after so many seconds
│   ├── MovedOn         … as a debate went on meanwhile
│   └── LimitReached    … when the day's limit starts anew
├── Unclear             nobody: it may have been done or not, which is looked up later
├── ModelError          whoever runs the bot, or nobody: a model endpoint failed (its kinds: `bot.llm.errors`)
└── Unexpected          the developers: a fault of ours, with a reference to find it in the log
"""

from __future__ import annotations

from datetime import datetime
from math import ceil


class RostrumError(Exception):
    """Anything a person is told about: what happened, and what to do next.

    `code` is stable (`E-…`) and may be looked up; `hint` is empty where the message says it all.
    """

    code = "E-FAILED"
    exit_code = 1

    def __init__(self, message: str, hint: str = "", *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_data(self) -> dict[str, str]:
        """What `--json` prints of it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class InputError(RostrumError):
    """The person who typed can mend it."""

    code = "E-INPUT"
    exit_code = 2


class NotFound(InputError):
    """What was named is not there, or not visible from here."""

    code = "E-NOT-FOUND"


class NotAllowed(InputError):
    """It takes a role that this person does not have here."""

    code = "E-NOT-ALLOWED"


class OperatorError(RostrumError):
    """Whoever runs the bot can mend it."""

    code = "E-OPERATOR"
    exit_code = 78


class SettingsError(OperatorError):
    """Settings do not add up; `problems` lists every one of them, a line each."""

    code = "E-SETTINGS"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), "Correct them in .env or the environment.")
        self.problems = problems


class StoreError(OperatorError):
    """The data folder or the database cannot be used."""

    code = "E-STORE"


class Passing(RostrumError):
    """It failed now and may work in a moment."""

    code = "E-TRY-AGAIN"


class Wait(Passing):
    """Somebody asks too often; `seconds` is how long until they may again."""

    code = "E-WAIT"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} s.", "So many questions in a minute are too many.")
        self.seconds = seconds


class MovedOn(Passing):
    """The debate went on while something was done about how it stood before."""

    code = "E-MOVED-ON"

    def __init__(self) -> None:
        super().__init__("The debate has moved on meanwhile.", "Look at where it stands, then try again.")


class LimitReached(Passing):
    """The tokens of a day are used up; `resets_at` is when the next day begins."""

    code = "E-LIMIT"

    def __init__(self, resets_at: datetime, now: datetime, whose: str) -> None:
        left = max(1, ceil((resets_at - now).total_seconds() / 60))
        wait = f"{left} min" if left < 60 else f"{ceil(left / 60)} h"
        super().__init__(
            f"Today's limit is used up; it resets at {resets_at:%H:%M} UTC (in {wait}).",
            f"It is the limit {whose}.",
        )
        self.resets_at = resets_at


class Unclear(RostrumError):
    """It may have been done or not, as no answer came: to be looked up before it is tried again."""

    code = "E-UNCLEAR"


class ModelError(RostrumError):
    """A model endpoint failed; the message names it, the hint says what to do.

    `partial` is the text that came before, where some did; `status` the HTTP status, where there was one;
    `retry_after_s` how long the endpoint asks to wait.
    """

    code = "E-MODEL"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int | None = None,
        partial: str = "",
        retry_after_s: float | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.partial = partial
        self.retry_after_s = retry_after_s
        self.request_id = request_id


class Unexpected(RostrumError):
    """A fault of ours; `reference` finds it in the log."""

    code = "E-INTERNAL"

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"Something went wrong inside me ({reference}).",
            "Nothing was lost. Try again; if it stays, tell whoever runs me that reference.",
        )
        self.reference = reference


class AlreadyHandled(Exception):
    """A platform has delivered something twice: nobody is told anything, nothing is done again."""
