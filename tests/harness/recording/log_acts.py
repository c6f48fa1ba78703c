"""What the platform asks for logs: the node while a container runs, the history afterwards."""

from functools import partial

import requests

from harness.recording.application_acts import NEVER, look, look_at_containers
from harness.recording.stage import (
    HISTORY,
    RUNS,
    SERVICE,
    STRANGER,
    TIMELINE,
    WAIT_SECONDS,
    History,
    Stage,
    application_id,
    container_id,
)
from harness.waiting import wait_until

# What the running application writes into its log `numbers`: those from 1 to 500, a line each.
NUMBERS = "".join(f"{number}\n" for number in range(1, 501)).encode()
MIDDLE, LENGTH = 900, 20
NEVER_CONTAINER = NEVER.replace("application", "container") + "_01_000001"


def while_it_runs(stage: Stage) -> None:
    """Read the running application's logs, before the history has any."""
    _read_each_way(stage, "at_the_node", HISTORY)
    mine, stranger = container_id(RUNS, stage.started_ms), stage.logs(STRANGER)
    stage.act("log_read_by_a_stranger", lambda: stranger.read(mine, "numbers", stage.node, length=LENGTH))
    stage.act("log_files_of_what_never_was", lambda: stage.logs().files(NEVER_CONTAINER, stage.node))
    ask_too_early(stage, "of_the_running")


def ask_too_early(stage: Stage, when: str) -> None:
    """Ask each service that keeps logs for those of an application that may not have come there yet."""
    application, master = application_id(RUNS, stage.started_ms), container_id(RUNS, stage.started_ms)
    for name, history in _histories(stage).items():
        logs = stage.logs(history=history)
        stage.act(f"collected_logs_{when}_{name}", partial(logs.of_application, application, master))
        read = partial(logs.read, master, "nope", stage.node, length=LENGTH)
        stage.act(f"log_{when}_that_never_was_{name}", read)


def when_it_has_ended(stage: Stage) -> None:
    """Read the same again once the node has handed it over, from each service that may have it."""
    _wait_until_handed_over(stage)
    look(stage, "application_finished", RUNS)
    look_at_containers(stage, "of_the_finished", RUNS)
    ended, master = application_id(RUNS, stage.started_ms), container_id(RUNS, stage.started_ms)
    for name, history in _histories(stage).items():
        logs = stage.logs(history=history)
        stage.act(f"collected_logs_{name}", partial(logs.of_application, ended, master))
        stage.act(f"collected_logs_of_none_{name}", partial(logs.of_application, NEVER, NEVER_CONTAINER))
        _read_each_way(stage, name, history)


def _histories(stage: Stage) -> dict[str, History]:
    all_of_them = {"in_the_history": HISTORY, "in_the_timeline_server": TIMELINE}
    return {name: history for name, history in all_of_them.items() if history.service in stage.urls}


def _read_each_way(stage: Stage, where: str, history: History) -> None:
    container, node, logs = container_id(RUNS, stage.started_ms), stage.node, stage.logs(history=history)
    reads = {
        "start_of_a_log": ("numbers", 0),
        "middle_of_a_log": ("numbers", MIDDLE),
        "end_of_a_log": ("numbers", -LENGTH),
        "empty_log": ("empty", 0),
        "behind_an_empty_log": ("empty", MIDDLE),
        "log_that_never_was": ("nope", 0),
    }
    stage.act(f"log_files_{where}", lambda: logs.files(container, node))
    for name, (file, offset) in reads.items():
        read = partial(logs.read, container, file, node, offset=offset, length=LENGTH)
        stage.act(f"{name}_{where}", read)
    stage.act(f"whole_log_{where}", lambda: b"".join(logs.stream(container, "numbers", node)))


def _wait_until_handed_over(stage: Stage) -> None:
    """Wait until the node sends readers away: then the log is in HDFS."""
    url = f"{stage.urls['NM_HTTP']}/ws/v1/node/containers/{container_id(RUNS, stage.started_ms)}/logs"

    def is_gone() -> bool:
        answer = requests.get(url, {"user.name": SERVICE}, allow_redirects=False, timeout=WAIT_SECONDS)
        return answer.is_redirect

    wait_until(is_gone, "the node has handed the logs over", WAIT_SECONDS)
