"""Whether the gateway is alive and ready, and its counts: for supervisors, so without a token."""

import asyncio
import json
from importlib.metadata import version
from typing import Any

from kubeyard_yarn.errors import YarnError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.web import RequestHandler

from kubeyard_gateway import metrics

READY_WITHIN_SECONDS = 5
# Looked up once: supervisors ask often.
VERSION = version("kubeyard-gateway")


class Healthz(RequestHandler):
    """`/healthz`: the process serves."""

    def get(self) -> None:
        """Answer; that is the whole test."""
        self.finish({"status": "ok", "version": VERSION})


class Readyz(RequestHandler):
    """`/readyz`: what kernels need is there, or why not."""

    async def get(self) -> None:
        """Tell what the gateway knows of each: supervisors ask often, and YARN is asked for all at once."""
        cluster, settings = self.settings["cluster"], self.settings["service_settings"]
        checks = {
            "resourcemanager": self.settings["watch"].trouble,
            "hdfs": await _reason(cluster.runtime),
            "keys": "" if settings.jwks_file.is_file() else f"{settings.jwks_file} is not there yet",
        }
        ready = not any(checks.values())
        self.set_status(200 if ready else 503)
        self.set_header("Content-Type", "application/json")
        self.finish(
            json.dumps({"ready": ready, "checks": {name: why or "ok" for name, why in checks.items()}})
        )


class Metrics(RequestHandler):
    """`/metrics`."""

    def get(self) -> None:
        """Answer in Prometheus' format."""
        metrics.KERNELS.set(len(self.settings["kernel_manager"]))
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest(metrics.REGISTRY))


async def _reason(check: Any) -> str:
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            await asyncio.to_thread(check)
    except TimeoutError:
        return f"no answer within {READY_WITHIN_SECONDS} s"
    except (YarnError, OSError) as error:
        return str(error)
    return ""
