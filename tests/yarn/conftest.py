"""Where the real Hadoop is, and applications and folders that clean up after themselves."""

import os
import uuid
from collections.abc import Iterator

import pytest
from harness.hadoop import Hadoop, Submit, UntilState, WaitForContainer
from harness.recording.replay import VERSIONS, Replay, replaying
from harness.waiting import wait_until
from kubeyard_yarn.applications import Application, ApplicationState, Container
from kubeyard_yarn.errors import NotFound


@pytest.fixture(params=VERSIONS)
def replay(request: pytest.FixtureRequest) -> Iterator[Replay]:
    """Yield each recorded version of Hadoop in turn."""
    with replaying(request.param) as replayed:
        yield replayed


@pytest.fixture(scope="session")
def hadoop(request: pytest.FixtureRequest) -> Hadoop:
    """Return the Hadoop that KUBEYARD_TEST_RM_URL names, else that of the whole platform."""
    if rm_url := os.environ.get("KUBEYARD_TEST_RM_URL"):
        return Hadoop(
            rm_url,
            os.environ.get("KUBEYARD_TEST_HISTORY_URL", rm_url.replace(":8088", ":19888")),
            os.environ.get("KUBEYARD_TEST_HTTPFS_URL", rm_url.replace(":8088", ":14000")),
            os.environ.get("KUBEYARD_TEST_HDFS_SUPERUSER", "kubeyard"),
        )
    platform = request.getfixturevalue("platform")
    return Hadoop(platform.rm_url, platform.history_url, platform.httpfs_url, "kubeyard")


@pytest.fixture
def submit(hadoop: Hadoop) -> Iterator[Submit]:
    """Return a function that runs a shell command as somebody's application; it is killed at the end."""
    started: list[str] = []

    def run(command: str, owner: str = "ada", queue: str = "interactive", tags: tuple[str, ...] = ()) -> str:
        mine = hadoop.resource_manager(owner)
        application_id = mine.new_application().id
        # The node writes the command between double quotes into a script: a dollar must get through that.
        escaped = command.replace("$", "\\$")
        container = {"commands": {"command": f"({escaped}) 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr"}}
        mine.submit(
            {
                "application-id": application_id,
                "application-name": "A test of the client",
                "application-type": "KUBEYARD",
                "queue": queue,
                "max-app-attempts": 1,
                "am-container-spec": container,
                "resource": {"memory": 128, "vCores": 1},
                "application-tags": {"tag": ["kubeyard", *tags]},
            }
        )
        started.append(application_id)
        return application_id

    yield run
    for application_id in started:
        hadoop.resource_manager().kill(application_id)


@pytest.fixture
def until_state(hadoop: Hadoop) -> UntilState:
    """Return a function that waits until an application is in a state and returns it."""

    def wait(application_id: str, state: ApplicationState) -> Application:
        def reached() -> Application | None:
            found = hadoop.resource_manager().application(application_id)
            return found if found.state is state else None

        return wait_until(reached, f"{application_id} is {state}", timeout_seconds=60)  # type: ignore[return-value]

    return wait


@pytest.fixture
def running_container(hadoop: Hadoop) -> WaitForContainer:
    """Return a function that waits until an application's container runs: its id, its node's address."""

    def wait(application_id: str) -> tuple[str, str]:
        def found() -> tuple[str, str] | None:
            containers = hadoop.resource_manager().containers(application_id)
            return next(((each.id, each.node_http_address) for each in containers if _writes(each)), None)

        return wait_until(found, f"{application_id} writes its log", timeout_seconds=60)  # type: ignore[return-value]

    def _writes(container: Container) -> bool:
        # The ResourceManager calls a container running before its node has begun to start it.
        try:
            files = hadoop.logs.files(container.id, container.node_http_address)
        except NotFound:
            return False
        return "stdout" in {file.name for file in files}

    return wait


@pytest.fixture
def folder(hadoop: Hadoop) -> Iterator[str]:
    """Return a folder of HDFS that belongs to ada alone and goes away at the end."""
    root = hadoop.files.as_user(hadoop.superuser)
    path = f"/user/ada-{uuid.uuid4().hex[:8]}"
    root.mkdirs(path)
    root.set_owner(path, owner="ada")
    root.set_permission(path, 0o700)
    yield path
    root.delete(path, recursive=True)
