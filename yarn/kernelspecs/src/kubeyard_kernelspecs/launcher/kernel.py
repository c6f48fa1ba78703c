"""The Python kernel of the container."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from . import quiet_logs
from .jvm import Jvm
from .launch import Launch
from .report import own_address, send

OPTIONS = [
    # No file is shared between kernels, and writing one costs time on every cell.
    "--HistoryManager.enabled=False",
    "--IPythonKernel._execute_sleep=0",
    "--IPKernelApp.outstream_class=kubeyard_launcher.quick.QuickStream",
]


def run(launch: Launch) -> None:
    """Serve the kernel until it is told to end, then end Spark."""
    begin = time.monotonic()
    jvm = Jvm()
    app, ip, keys = _kernel(launch)
    from .activity import Activity
    from .executor_wait import ExecutorWait
    from .interrupts import Interrupts
    from .lazy_spark import LazySpark
    from .listener import Listener
    from .notices import Notices
    from .presence import Presence
    from .replay import Replay
    from .sealing import Seal
    from .warm_up import WarmUp

    quiet_logs.install()
    Interrupts(app.shell)
    spark = LazySpark(app.shell.user_ns, jvm, on_lost=lambda: os._exit(1))
    app.shell.ast_transformers.append(spark)
    replay = Replay(app, launch.kept_output_bytes)
    listener = Listener(ip, app.session.key, spark.cancel_jobs)
    listener.seal = Seal(app.session.key) if launch.curve_key else None
    activity, notices = Activity(app.shell, spark.running_jobs), Notices(app.kernel)
    listener.questions |= {"activity": activity.answer, "notice": notices.answer}
    presence = Presence(launch.gone_after_seconds, end=lambda: _leave(spark, jvm))
    listener.on_request = presence.heard
    warm_up = WarmUp(launch.warm_up, spark)
    listener.questions |= {"times": warm_up.times, "claim": warm_up.claim, "end": lambda _: _end(app)}
    listener.questions |= {"mark": replay.mark, "outputs": replay.outputs, "answers": replay.answers}
    listener.start()
    presence.start()
    executor_wait = ExecutorWait(app.shell, spark.lacks_executor, notices.say)
    executor_wait.start()
    send(launch, _connection(listener.port) | keys)
    print(f"ready after {time.monotonic() - begin:.2f} s", file=sys.__stdout__, flush=True)
    spark.start()
    warm_up.start()
    app.start()
    executor_wait.stop()
    spark.stop()
    jvm.say_goodbye()


def _kernel(launch: Launch) -> tuple[Any, str, dict[str, str]]:
    """Return the kernel's application, its ports bound, the address they are bound to, and its public key."""
    ip = own_address(launch)
    place = {"ip": ip, "connection_file": os.path.abspath("connection.json")}  # noqa: PTH100
    keys = {}
    from .publishing import limit

    if launch.curve_key:
        from .curve import Door, GuardedKernelApp

        app: Any = GuardedKernelApp.instance(**place)
        app.door = Door(launch.curve_key)
        keys["curve_key"] = app.door.public_key.decode()
    else:
        from ipykernel.kernelapp import IPKernelApp

        app = IPKernelApp.instance(**place)
    limit(app)
    app.initialize(OPTIONS)
    return app, ip, keys


def _leave(spark: Any, jvm: Jvm) -> None:
    """End in peace from another thread: the main one may be in a cell that never ends."""
    spark.stop()
    jvm.say_goodbye()
    os._exit(0)


def _end(app: Any) -> str:
    """Leave the kernel's loop, as a client's wish to shut down does; a spare has no client."""
    loop = app.kernel.io_loop
    loop.add_callback(loop.stop)
    return "ending"


def _connection(comm_port: int) -> dict[str, object]:
    connection: dict[str, object] = json.loads(Path("connection.json").read_text("utf-8"))
    place = {"pid": os.getpid(), "pgid": os.getpgid(0), "container": os.environ.get("CONTAINER_ID", "")}
    return connection | place | {"comm_port": comm_port}
