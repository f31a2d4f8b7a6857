"""What can go wrong at a model endpoint, drawn by what helps.

ModelError
├── ConfigError          the operator mends the settings; asking again changes nothing
│   ├── AuthFailed       … the key
│   ├── ModelNotFound    … the model's name
│   └── BadRequest       … the URL, or a field that the endpoint refuses
├── QuotaExceeded        the operator pays, or chooses another endpoint
├── ContextOverflow      the prompt is cut and sent once more
├── RateLimited          it takes some time
├── Overloaded           … seconds, or another endpoint
├── ModelLoading         … until the model is in memory
├── ConnectFailed        nothing listens there, or the network is down
├── TookTooLong          nothing came in time
├── StreamInterrupted    it broke off; the text so far is in `partial`
├── ProtocolError        what came is no answer of such an endpoint
├── ContentFiltered      the endpoint will not say it
├── EmptyCompletion      it said nothing
├── CircuitOpen          it failed so often lately that it is left alone for a while
└── Busy                 too many wait for it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import ModelError

if TYPE_CHECKING:
    from bot.llm.complaint import Complaint


class EndpointError(ModelError):
    """A failure of one endpoint. `retryable`: the same request may work in a moment.

    `counts` says whether the breaker counts it: an endpoint that answers, if only with a refusal, is alive.
    """

    retryable = False
    counts = False
    complaint: Complaint | None = None
    """What the endpoint itself said, where it said something."""


class ConfigError(EndpointError):
    """Asking again changes nothing; the settings must."""

    code = "E-MODEL-SETTINGS"


class AuthFailed(ConfigError):
    """The endpoint does not take the key."""

    code = "E-MODEL-KEY"


class ModelNotFound(ConfigError):
    """There is no such model there, or nobody said which of several."""

    code = "E-MODEL-NAME"


class BadRequest(ConfigError):
    """The endpoint refuses the request as it is."""

    code = "E-MODEL-REQUEST"


class QuotaExceeded(EndpointError):
    """The account behind the key has run dry."""

    code = "E-MODEL-QUOTA"


class ContextOverflow(EndpointError):
    """More text than the model takes; `limit` and `requested` are tokens, where it says them."""

    code = "E-MODEL-WINDOW"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        limit: int | None = None,
        requested: int | None = None,
        **said: Any,
    ) -> None:
        super().__init__(message, hint, **said)
        self.limit = limit
        self.requested = requested


class RateLimited(EndpointError):
    """Too many requests; `retry_after_s` is how long to wait where the endpoint says it."""

    code = "E-MODEL-RATE"
    retryable = True


class Overloaded(EndpointError):
    """The endpoint, or what stands before it, cannot answer now."""

    code = "E-MODEL-BUSY"
    retryable = True
    counts = True


class ModelLoading(EndpointError):
    """The model is being read into memory."""

    code = "E-MODEL-LOADING"
    retryable = True


class ConnectFailed(EndpointError):
    """Nobody answers at that address."""

    code = "E-MODEL-CONNECT"
    retryable = True
    counts = True


class TookTooLong(EndpointError):
    """Nothing came in time; `kind` says what was waited for. Our own "queue" says nothing of the endpoint."""

    code = "E-MODEL-TIMEOUT"

    def __init__(self, message: str, hint: str = "", *, kind: str, **said: Any) -> None:
        super().__init__(message, hint, **said)
        self.kind = kind
        self.counts = kind != "queue"


class StreamInterrupted(EndpointError):
    """The answer broke off."""

    code = "E-MODEL-BROKE-OFF"
    retryable = True
    counts = True


class ProtocolError(EndpointError):
    """What came is no answer of an OpenAI-compatible endpoint."""

    code = "E-MODEL-PROTOCOL"
    retryable = True
    counts = True


class ContentFiltered(EndpointError):
    """The endpoint refuses to write it."""

    code = "E-MODEL-FILTER"


class EmptyCompletion(EndpointError):
    """The model stopped without a word; `cut` where that was for want of tokens, as it thought too long."""

    code = "E-MODEL-EMPTY"
    retryable = True

    def __init__(self, message: str, hint: str = "", *, cut: bool = False, **said: Any) -> None:
        super().__init__(message, hint, **said)
        self.cut = cut


class CircuitOpen(EndpointError):
    """It failed several times in a row and is left alone for a while."""

    code = "E-MODEL-RESTING"


class Busy(EndpointError):
    """Too many calls wait for this endpoint already."""

    code = "E-MODEL-QUEUE"
