"""The contract of `ports.Jobs`, kept on the event loop."""

from __future__ import annotations

import pytest

from bot.engine import InProcessJobs
from bot.ports import Clock
from tests.engine.contract import Handlers, JobsContract, Make


class TestInProcessJobs(JobsContract):
    @pytest.fixture
    def make(self) -> Make:
        def made(handlers: Handlers, clock: Clock) -> InProcessJobs:
            return InProcessJobs(handlers, clock, look_every_s=0.01)

        return made
