"""What may happen at any time to a gateway, its kernels, YARN's daemons and the ways between them."""

import contextlib
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

import psutil
from kubeyard_local.supervision import Supervisor

from harness.gateway import GatewayProcess
from harness.notebook_person import Person
from harness.platform import Platform
from harness.relay import Relay
from harness.waiting import wait_until

IDLE_CONNECTIONS = 60
DAEMON_SECONDS = 120
SLOW_SECONDS = 0.03


@dataclass
class World:
    """All that can break."""

    platform: Platform | None
    gateway: GatewayProcess
    way_to_yarn: Relay
    people: list[Person]
    kernelspec: str
    # Whose kernel was ended, and must be told so.
    killed: set[str]
    # Undoes what lasts.
    repairs: ExitStack


Fault = Callable[[World, Random], None]


def gateway_killed(world: World, chance: Random) -> None:
    """It crashes, and its supervisor starts another."""
    world.gateway.stop(signal.SIGKILL)
    world.gateway.start()


def gateway_restarted(world: World, chance: Random) -> None:
    """It is upgraded."""
    world.gateway.stop(signal.SIGTERM)
    world.gateway.start()


def launcher_killed(world: World, chance: Random) -> None:
    """Somebody's kernel is killed in its container: the one fault that costs a kernel, and only that one."""
    victim = chance.choice(world.people)
    world.killed.add(victim.name)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(victim.pid).kill()


def way_of_a_notebook(world: World, chance: Random) -> None:
    """The way between somebody's Lab and the gateway breaks, falls silent or slows down."""
    _spoil([chance.choice(world.people).way], world, chance)


def way_to_a_kernel(world: World, chance: Random) -> None:
    """The way between the gateway and somebody's kernel does."""
    _spoil(list(chance.choice(world.people).links.relays), world, chance)


def way_to_yarn(world: World, chance: Random) -> None:
    """The way between the gateway and the ResourceManager does."""
    _spoil([world.way_to_yarn], world, chance)


def idle_connections(world: World, chance: Random) -> None:
    """The report port is full of those who connect and say nothing, and a kernel starts all the same."""
    host, port = world.gateway.environment["KUBEYARD_GATEWAY_RESPONSE"].split(":")
    with ExitStack() as held:
        for _ in range(IDLE_CONNECTIONS):
            with contextlib.suppress(ConnectionError):
                held.enter_context(socket.create_connection((host, int(port)), timeout=10))
        client = world.gateway.client(chance.choice(world.people).name)
        answer = client.send("POST", "/api/kernels", {"name": world.kernelspec})
        # With YARN out of reach it is refused, and says so.
        if answer.status_code == 201:
            assert client.send("DELETE", f"/api/kernels/{answer.json()['id']}").status_code == 204
        else:
            assert answer.status_code in (502, 503, 504), answer.text


def nodemanager_killed(world: World, chance: Random) -> None:
    """It crashes; containers run on."""
    _kill_daemon(world, "nodemanager")


def resourcemanager_killed(world: World, chance: Random) -> None:
    """It crashes; all it knew is in its store."""
    _kill_daemon(world, "resourcemanager")


QUICK: tuple[Fault, ...] = (
    gateway_killed,
    gateway_restarted,
    launcher_killed,
    way_of_a_notebook,
    way_to_a_kernel,
    way_to_yarn,
    idle_connections,
)
ALL: tuple[Fault, ...] = (*QUICK, nodemanager_killed, resourcemanager_killed)


def _spoil(relays: list[Relay], world: World, chance: Random) -> None:
    kind = chance.choice(("broken", "broken for a while", "silent", "slow"))
    for relay in relays:
        world.repairs.callback(relay.restore)
        match kind:
            case "broken":
                relay.cut()
            case "broken for a while":
                relay.cut(for_good=True)
            case "silent":
                relay.hold()
            case "slow":
                relay.delay_seconds = SLOW_SECONDS


def _kill_daemon(world: World, name: str) -> None:
    assert world.platform is not None, "somebody else's daemons are not ended here"
    supervisor = Supervisor(world.platform.home / "run" / "supervisor.sock")
    first = supervisor.state(name).pid
    psutil.Process(first).kill()
    wait_until(lambda: supervisor.state(name).pid not in (0, first), f"another {name} runs", DAEMON_SECONDS)
