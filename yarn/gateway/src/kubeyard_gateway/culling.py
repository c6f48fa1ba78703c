"""Stops kernels that nobody has used for long, after a warning in their notebooks."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from jupyter_server._tz import utcnow
from kubeyard_yarn.reasons import Cause, Reason

from kubeyard_gateway import metrics
from kubeyard_gateway.yarn_proxy import YarnKernelProxy

log = structlog.get_logger("kubeyard_gateway")
LONGEST_PAUSE_SECONDS = 30.0
SHORTEST_PAUSE_SECONDS = 0.5
LOOKS_PER_WARNING = 10


@dataclass(frozen=True)
class Rule:
    """When a kernel is idle for too long, and how long before it is warned; both in seconds."""

    idle: float
    warning: float

    @property
    def warned_after(self) -> float:
        """The idle time at which the warning is due."""
        return self.idle - self.warning


def rule_for(metadata: dict[str, Any], idle_seconds: float, warning_seconds: float) -> Rule | None:
    """Return the rule of a kernelspec: its own time, else the given one; None where nothing is culled."""
    ours = metadata.get("kubeyard")
    own = ours.get("cull_idle_seconds") if isinstance(ours, dict) else None
    idle = float(idle_seconds if own is None else own)
    return Rule(idle, min(warning_seconds, idle / 2)) if idle > 0 else None


def rule_of(kernel: Any, idle_seconds: float, warning_seconds: float) -> Rule | None:
    """Return the rule of a kernel; one whose kernelspec is gone has the given time."""
    try:
        metadata = kernel.kernel_spec.metadata
    except (KeyError, ValueError, OSError):
        # Jupyter's NoSuchKernel is a KeyError.
        metadata = {}
    return rule_for(metadata, idle_seconds, warning_seconds)


class Culler:
    """Looks at all kernels of the gateway, whether or not a notebook is connected.

    An open tab is no use: one that was forgotten would hold its memory for ever. What the gateway has
    seen is not enough either, since it may have been restarted: the kernel itself is asked before it is
    warned and before it is stopped.
    """

    def __init__(self, kernels: Any, idle_seconds: float, warning_seconds: float) -> None:
        """`idle_seconds` is for kernelspecs that say nothing themselves; 0 culls none of those."""
        self._kernels = kernels
        self._idle_seconds = idle_seconds
        self._warning_seconds = warning_seconds
        # When each warned kernel is stopped, of the monotonic clock.
        self._warned: dict[str, float] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            rules = [await self._look(kernel_id) for kernel_id in list(self._kernels.list_kernel_ids())]
            warnings = [rule.warning for rule in rules if rule is not None]
            pause = min(warnings, default=self._warning_seconds) / LOOKS_PER_WARNING
            await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, pause)))

    async def _look(self, kernel_id: str) -> Rule | None:
        try:
            kernel = self._kernels.get_kernel(kernel_id)
            rule = rule_for(kernel.kernel_spec.metadata, self._idle_seconds, self._warning_seconds)
            if rule is not None:
                await self._consider(kernel_id, kernel, rule)
        except Exception:
            # One that was stopped meanwhile, or whose kernelspec is gone, must not spare all others.
            log.info("kernel_not_considered", kernel_id=kernel_id, exc_info=True)
            return None
        return rule

    async def _consider(self, kernel_id: str, kernel: Any, rule: Rule) -> None:
        if kernel.restarting or kernel.shutting_down or not _is_idle(kernel, rule.warned_after):
            self._warned.pop(kernel_id, None)
            return
        stopped_at = self._warned.get(kernel_id)
        if stopped_at is not None and time.monotonic() < stopped_at:
            return
        # A dead one has nothing to say and nobody to warn.
        if kernel.execution_state != "dead":
            if not await _says_idle(kernel, rule.warned_after):
                self._warned.pop(kernel_id, None)
                return
            if stopped_at is None:
                self._warned[kernel_id] = time.monotonic() + rule.warning
                log.info("kernel_warned", kernel_id=kernel_id, idle_seconds=rule.warned_after)
                await _notice(kernel, _warning(rule))
                return
        await self._stop(kernel_id, kernel, rule)

    async def _stop(self, kernel_id: str, kernel: Any, rule: Rule) -> None:
        self._warned.pop(kernel_id, None)
        log.info("kernel_culled", kernel_id=kernel_id, idle_seconds=rule.idle)
        self._kernels.note_ending(kernel_id, _reason(rule))
        await _notice(kernel, _last_words(rule))
        await self._kernels.shutdown_kernel(kernel_id)
        metrics.CULLED.inc()


def _is_idle(kernel: Any, seconds: float) -> bool:
    if kernel.execution_state == "busy":
        return False
    return bool(utcnow() - kernel.last_activity >= timedelta(seconds=seconds))


async def _says_idle(kernel: Any, seconds: float) -> bool:
    """Ask the kernel; one that does not answer is judged by what the gateway has seen."""
    if not isinstance(kernel.process_proxy, YarnKernelProxy):
        return True
    told = await asyncio.to_thread(kernel.process_proxy.greet)
    if told is None:
        return True
    if told["busy"]:
        # Its job or cell may go on for hours without a word.
        kernel.last_activity = utcnow()
    return not told["busy"] and float(told["idle_seconds"]) >= seconds


async def _notice(kernel: Any, text: str) -> None:
    if isinstance(kernel.process_proxy, YarnKernelProxy):
        try:
            await kernel.process_proxy.ask("notice", text=text)
        except (OSError, ValueError) as error:
            log.info("notice_not_shown", kernel_id=kernel.kernel_id, reason=str(error))


def _warning(rule: Rule) -> str:
    return (
        f"This kernel has been idle for {in_words(rule.warned_after)}. It will be stopped in "
        f"{in_words(rule.warning)}, and its variables will be gone; run any cell to keep it."
    )


def _last_words(rule: Rule) -> str:
    return (
        f"This kernel was stopped after {in_words(rule.idle)} without use, to free its memory for others. "
        "Its variables are gone; start the kernel again to go on."
    )


def _reason(rule: Rule) -> Reason:
    return Reason(
        Cause.IDLE,
        f"It was stopped after {in_words(rule.idle)} without use, to free its memory for others.",
        "Start the kernel again to go on; its variables are gone.",
    )


def in_words(seconds: float) -> str:
    """Return a length of time for people: `3 h 20 min`, `10 min`, `45 s`."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
