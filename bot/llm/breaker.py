"""Leaves an endpoint alone that keeps failing, and tries it again with a single call."""

from __future__ import annotations

from dataclasses import dataclass

from bot.llm.errors import AuthFailed, CircuitOpen, EndpointError, QuotaExceeded, RateLimited
from bot.llm.recovery import LONGEST_WAIT_S

IN_A_ROW = 3
REST_S = 30.0
CONFIG_REST_S = 300.0
LONGEST_REST_S = 3600.0


@dataclass(slots=True)
class Breaker:
    """The state of one endpoint. Times are the event loop's; failures that `counts` are counted.

    A wrong key or an empty account rests for five minutes at once; a rate limit as long as it says, up to an
    hour.
    """

    host: str
    _failures: int = 0
    _open_until: float = 0.0
    _probing: bool = False
    _last: str = ""

    def refusal(self, now: float) -> CircuitOpen | None:
        """Why no call may be made now; `None` where one may. After a rest that is a single one, to see."""
        if self._open_until == 0.0:
            return None
        if now < self._open_until or self._probing:
            wait = max(1, round(self._open_until - now))
            message = f"I leave {self.host} alone for {wait} s: {self._last}"
            return CircuitOpen(message, "Ask again later; `rostrum doctor` looks closer.", retry_after_s=wait)
        self._probing = True
        return None

    def succeeded(self) -> None:
        """It works."""
        self._failures, self._open_until, self._probing = 0, 0.0, False

    def failed(self, error: EndpointError, now: float) -> None:
        """It did not; some failures say nothing about the next call."""
        was_probing, self._probing = self._probing, False
        rest = _rest(error)
        if error.counts:
            self._failures += 1
            if self._failures >= IN_A_ROW or was_probing:
                rest = REST_S
        elif error.status is not None:
            self.succeeded()  # it answers, if only with a refusal
        if rest:
            self._open_until, self._last = now + rest, error.message

    def gave_up(self) -> None:
        """Nobody waited for the end of it, so it tells nothing."""
        self._probing = False


def _rest(error: EndpointError) -> float:
    """How many seconds an endpoint is left alone for this error by itself."""
    if isinstance(error, AuthFailed | QuotaExceeded):
        return CONFIG_REST_S
    if isinstance(error, RateLimited) and (error.retry_after_s or 0.0) > LONGEST_WAIT_S:
        return min(error.retry_after_s or 0.0, LONGEST_REST_S)
    return 0.0
