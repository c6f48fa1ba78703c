"""Applications as the ResourceManager tells of them, for tests that need no ResourceManager."""

from typing import Any

from kubeyard_yarn.applications import Application, application_from

CLUSTER_STARTED = 1_795_245_103_294


def application_id(number: int) -> str:
    """The id of the n-th application of a cluster."""
    return f"application_{CLUSTER_STARTED}_{number:04d}"


def application(number: int = 1, owner: str = "ada", tags: str = "", **row: Any) -> Application:
    """One running application; `row` is in the words of YARN's REST API."""
    told = {
        "id": application_id(number),
        "user": owner,
        "name": f"Job {number}",
        "queue": "root.interactive",
        "state": "RUNNING",
        "finalStatus": "UNDEFINED",
        "progress": 10.0,
        "diagnostics": "",
        "applicationType": "SPARK",
        "applicationTags": tags,
        "startedTime": CLUSTER_STARTED + number * 1000,
        "finishedTime": 0,
        "allocatedMB": 1024,
        "allocatedVCores": 1,
        "runningContainers": 1,
        "amHostHttpAddress": "node1:8042",
        "amContainerLogs": f"http://node1:8042/node/containerlogs/{container_id(number)}/{owner}",
    }
    return application_from(told | row)


def ended(number: int = 1, owner: str = "ada", state: str = "FINISHED", **row: Any) -> Application:
    """One application that has ended."""
    over: dict[str, Any] = {
        "state": state,
        "finalStatus": "SUCCEEDED" if state == "FINISHED" else state,
        "finishedTime": CLUSTER_STARTED + number * 1000 + 500,
        "allocatedMB": 0,
        "allocatedVCores": 0,
        "runningContainers": 0,
    }
    return application(number, owner, **over | row)


def kernel_application(
    number: int, owner: str, kernel_id: str, kernelspec: str, *, spare: bool = False, **row: Any
) -> Application:
    """A kernel's application, as the gateway submits it; `spare` before anybody asked for it."""
    tags = f"kubeyard,kernel:{kernel_id},user:{owner},env:0123456789abcdef,kernelspec:{kernelspec}"
    return application(number, owner, f"{tags},spare" if spare else tags, **row)


def container_id(number: int) -> str:
    """The ApplicationMaster's container of the n-th application."""
    return f"container_{CLUSTER_STARTED}_{number:04d}_01_000001"
