"""Runs in the gateway's environment: follows applications for some seconds, as the gateway does.

Arguments: the ResourceManager's address, how many applications, seconds, renewals per second (0: the
usual number), how many are waited for, and how many starts are on their way. Prints the length of a lease
and who was told to have ended.
"""

import asyncio
import contextlib
import json
import sys

# Installed in the gateway's environment only, which mypy does not see here.
from kubeyard_gateway import leases  # type: ignore[import-not-found]
from kubeyard_gateway.application_watch import ApplicationWatch  # type: ignore[import-not-found]
from kubeyard_gateway.leases import Leases  # type: ignore[import-not-found]
from kubeyard_gateway.pace import Pace  # type: ignore[import-not-found]
from kubeyard_yarn.resource_manager import ResourceManager


async def wait_for_end(watch: ApplicationWatch, application_id: str) -> None:
    """Ask as the stop of a kernel does."""
    with watch.attention():
        while watch.ending(application_id) is None:
            await asyncio.to_thread(watch.ask, application_id)
            await watch.turn()


async def start(watch: ApplicationWatch) -> None:
    """Wait as the start of a kernel does for which there is no room."""
    with watch.attention():
        await asyncio.Event().wait()


async def main(url: str, count: int, seconds: float, renewals: float, waited_for: int, starts: int) -> None:
    """Follow, renew and wait, then report."""
    leases.RENEWALS_PER_SECOND = renewals or leases.RENEWALS_PER_SECOND
    manager = ResourceManager([url], "kubeyard")
    watch = ApplicationWatch(manager)
    if renewals:
        # The looks have their share beside the renewals, as at the usual number of both.
        watch.pace = Pace(2 * renewals)
    renewing = Leases(manager, watch, shortest_seconds=3600 if not renewals else 1)
    ids = [f"application_1_{number:04d}" for number in range(1, count + 1)]
    for application_id in ids:
        watch.follow(application_id)
    duties = [watch.run(), renewing.run(), *(wait_for_end(watch, each) for each in ids[:waited_for])]
    duties += [start(watch) for _ in range(starts)]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*duties), seconds)
    json.dump({"lease_seconds": renewing.seconds, "ended": len(ids) - len(watch.living)}, sys.stdout)


address, applications, length, pace, waiting, starting = sys.argv[1:]
asyncio.run(main(address, int(applications), float(length), float(pace), int(waiting), int(starting)))
