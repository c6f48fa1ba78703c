"""What the gateway does all the time beside answering: each duty goes on, whatever happens in one round."""

import asyncio
from typing import Protocol

import structlog

log = structlog.get_logger("kubeyard_gateway")
AGAIN_AFTER_SECONDS = 1.0


class Duty(Protocol):
    """Something that runs until it is cancelled."""

    async def run(self) -> None:
        """Run."""


async def keep_up(duty: Duty) -> None:
    """Run the duty, and again when it fails: kernels would be taken for left alone without it."""
    while True:
        try:
            await duty.run()
        except Exception:
            log.exception("duty_failed", duty=type(duty).__name__)
        await asyncio.sleep(AGAIN_AFTER_SECONDS)
