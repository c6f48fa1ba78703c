"""Ends the applications that this gateway once submitted and nobody knows any more."""

import asyncio

import structlog

from kubeyard_gateway import metrics
from kubeyard_gateway.application_watch import ApplicationWatch, Look
from kubeyard_gateway.cluster import Cluster

log = structlog.get_logger("kubeyard_gateway")
KILLS_PER_SECOND = 2


class Reconciler:
    """Compares what YARN runs with what the gateway knows, at its start and with every look after it.

    A gateway that was killed while a kernel started leaves an application without a record: nobody can
    ever connect to it. Those with a record are taken up before the first look. What carries another
    gateway's tag, or none, is left alone.
    """

    def __init__(self, cluster: Cluster, watch: ApplicationWatch) -> None:
        """Begins with the watch's first look."""
        self._cluster = cluster
        self._orphans: asyncio.Queue[str] = asyncio.Queue()
        self._doomed: set[str] = set()
        watch.on_look.append(self._consider)

    def _consider(self, look: Look) -> None:
        # Those that spark-submit has just submitted are known by their tags before they are by their ids.
        awaited = self._cluster.awaited_tags
        ours = (each for each in look.unknown if self._cluster.tag in each.tags)
        found = {each.id for each in ours if awaited.isdisjoint(each.tags)}
        self._doomed &= found
        for application_id in sorted(found - self._doomed):
            self._doomed.add(application_id)
            self._orphans.put_nowait(application_id)

    async def run(self) -> None:
        """End one orphan after the other, until cancelled."""
        while True:
            application_id = await self._orphans.get()
            log.warning("orphan_killed", application_id=application_id)
            reason = "its gateway has no record of this application's kernel"
            await asyncio.to_thread(self._cluster.kill, application_id, reason)
            metrics.ORPHANS.inc()
            # What could not be killed is found by the next look again.
            self._doomed.discard(application_id)
            await asyncio.sleep(1 / KILLS_PER_SECOND)
