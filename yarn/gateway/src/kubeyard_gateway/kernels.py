"""The kernels' routes: list, start, show, interrupt, restart, stop."""

import copy
import json
import os
import time
from typing import Any

import structlog
from enterprise_gateway.services.kernels.handlers import MainKernelHandler
from jupyter_client.jsonutil import date_default
from jupyter_server.services.kernels.handlers import KernelActionHandler
from jupyter_server.utils import ensure_async
from kubeyard_kernelspecs import spark_options
from tornado import web

from kubeyard_gateway import metrics
from kubeyard_gateway.channels import Channels
from kubeyard_gateway.guard import Guard
from kubeyard_gateway.kernelspecs import visible_spec
from kubeyard_gateway.refusal import Refusal
from kubeyard_gateway.yarn_proxy import SPARK_OPTIONS

log = structlog.get_logger("kubeyard_gateway")
# Everything else that a client sends is dropped: KERNEL_ID would let it choose another's id,
# KERNEL_USERNAME another's name, LD_PRELOAD and its like what runs.
CLIENT_MAY_SET = frozenset({"KERNEL_LAUNCH_TIMEOUT", "KERNEL_WORKING_DIR", SPARK_OPTIONS})
LONGEST_VALUE = 4096
LONGEST_LAUNCH_SECONDS = 600


class Kernels(Guard, MainKernelHandler):
    """`/api/kernels`: one's own are listed, an administrator's list holds all."""

    async def get(self) -> None:
        """List the kernels that the caller may use."""
        kernels = self.kernel_manager
        models = await ensure_async(kernels.list_kernels())
        mine = [model for model in models if kernels.may(self.caller, model["id"])]
        self.finish(json.dumps(mine, default=date_default))

    async def post(self) -> None:
        """Start a kernel for the caller and return it once it answers."""
        model = self.get_json_body() or {}
        if not isinstance(model, dict):
            raise Refusal(400, "the body must be an object with the name of a kernelspec")
        environment = client_environment(model.get("env"))
        name = visible_spec(self, str(model.get("name") or ""))
        begin = time.monotonic()
        try:
            async with self.settings["gate"].admission(self.caller, name):
                kernel_id = await self._start(name, environment)
        except Exception:
            metrics.STARTS.labels("failed").inc()
            raise
        metrics.STARTS.labels("ready").inc()
        metrics.START_SECONDS.observe(time.monotonic() - begin)
        seconds = round(time.monotonic() - begin, 3)
        log.info(
            "kernel_started", kernel_id=kernel_id, user=self.caller.name, kernelspec=name, seconds=seconds
        )
        self.set_status(201)
        self.set_header("Location", f"{self.base_url}api/kernels/{kernel_id}")
        found = await ensure_async(self.kernel_manager.kernel_model(kernel_id))
        self.finish(json.dumps(found, default=date_default))

    async def _start(self, name: str, environment: dict[str, str]) -> str:
        """Start with an environment of its own: stock shares one between two overlapping requests."""
        inherited = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "TZ")}
        owned = inherited | environment | {"KERNEL_USERNAME": self.caller.name}
        started = self.kernel_manager.start_kernel(kernel_name=name, env=owned, kernel_headers={})
        return str(await ensure_async(started))


class KernelActions(Guard, KernelActionHandler):
    """`/api/kernels/{id}/{interrupt|restart}`."""

    async def post(self, kernel_id: str, action: str) -> None:
        """Interrupt, or restart; a dead kernel is restarted as a new application."""
        kernels = self.kernel_manager
        if action == "interrupt":
            await ensure_async(kernels.interrupt_kernel(kernel_id))
            self.set_status(204)
            self.finish()
            return
        # As it is now: on its way out the kernel may still end its cell.
        begin, told = time.monotonic(), copy.copy(kernels.get_kernel(kernel_id).told)
        try:
            with Channels.restarting(kernel_id, told, self.caller.name):
                await kernels.restart_kernel(kernel_id)
        except web.HTTPError:
            raise
        except Exception as error:
            log.exception("kernel_not_restarted", kernel_id=kernel_id)
            raise Refusal(500, f"the kernel did not restart: {error}") from error
        log.info("kernel_restarted", kernel_id=kernel_id, seconds=round(time.monotonic() - begin, 3))
        found = await ensure_async(kernels.kernel_model(kernel_id))
        self.finish(json.dumps(found, default=date_default))


def client_environment(wanted: Any) -> dict[str, str]:
    """Return what a client may say about its kernel's environment; raises Refusal for nonsense."""
    if wanted is None:
        return {}
    if not isinstance(wanted, dict):
        raise Refusal(400, "env must map names to short texts")
    if not all(isinstance(value, str) and len(value) <= LONGEST_VALUE for value in wanted.values()):
        raise Refusal(400, f"each value of env must be a text of at most {LONGEST_VALUE} characters")
    kept = {name: value for name, value in wanted.items() if name in CLIENT_MAY_SET}
    if "KERNEL_LAUNCH_TIMEOUT" in kept and not _is_launch_timeout(kept["KERNEL_LAUNCH_TIMEOUT"]):
        del kept["KERNEL_LAUNCH_TIMEOUT"]
    if options := _spark_options(kept.pop(SPARK_OPTIONS, "")):
        kept[SPARK_OPTIONS] = options
    return kept


def _spark_options(text: str) -> str:
    try:
        return spark_options.as_text(spark_options.from_text(text))
    except spark_options.OptionRefused as error:
        raise Refusal(400, str(error)) from error


def _is_launch_timeout(text: str) -> bool:
    try:
        return 0 < float(text) <= LONGEST_LAUNCH_SECONDS
    except ValueError:
        return False
