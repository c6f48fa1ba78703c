"""What the ResourceManager's REST API wants to know before it runs an application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kubeyard_yarn.quoting import environment_name
from kubeyard_yarn.shapes import Json


class ResourceKind(StrEnum):
    """What a node does with a file that it localises."""

    FILE = "FILE"
    ARCHIVE = "ARCHIVE"  # unpacked into a folder of the resource's name


class Visibility(StrEnum):
    """Who shares a localised file on a node."""

    PUBLIC = "PUBLIC"  # everybody: kept by the node, so that the next container finds it there
    PRIVATE = "PRIVATE"
    APPLICATION = "APPLICATION"


@dataclass(frozen=True)
class LocalResource:
    """A file of HDFS that appears in the container's folder; size and time must match HDFS exactly."""

    uri: str
    size: int
    timestamp_ms: int
    kind: ResourceKind = ResourceKind.FILE
    visibility: Visibility = Visibility.PUBLIC

    def to_json(self) -> Json:
        """Return it as the ResourceManager reads it."""
        return {
            "resource": self.uri,
            "type": self.kind.value,
            "visibility": self.visibility.value,
            "size": self.size,
            "timestamp": self.timestamp_ms,
        }


@dataclass(frozen=True)
class ApplicationSubmission:
    """An application to be run: its master's container, its place in the cluster and who may touch it.

    `command` and the values of `environment` are read by YARN and bash: put users' values into them
    through `kubeyard_yarn.quoting` only.
    """

    name: str
    user: str
    queue: str
    memory_mb: int
    vcores: int
    command: str
    environment: Mapping[str, str]
    resources: Mapping[str, LocalResource]
    tags: tuple[str, ...] = ()
    application_type: str = "SPARK"
    viewers: tuple[str, ...] = field(default=())
    modifiers: tuple[str, ...] = field(default=())

    def to_json(self, application_id: str) -> Json:
        """Return the ApplicationSubmissionContext under the id that the ResourceManager gave out."""
        return {
            "application-id": application_id,
            "application-name": self.name,
            "application-type": self.application_type,
            "application-tags": {"tag": list(self.tags)},
            "queue": self.queue,
            "priority": 0,
            # A second attempt would be another kernel under the same name, with nobody connected.
            "max-app-attempts": 1,
            "unmanaged-AM": False,
            "keep-containers-across-application-attempts": False,
            "resource": {"memory": self.memory_mb, "vCores": self.vcores},
            "am-container-spec": {
                "commands": {"command": self.command},
                **_entries("environment", {environment_name(k): v for k, v in self.environment.items()}),
                **_entries("local-resources", {k: v.to_json() for k, v in self.resources.items()}),
                **_entries(
                    "application-acls",
                    {
                        "VIEW_APP": ",".join((self.user, *self.viewers)),
                        "MODIFY_APP": ",".join((self.user, *self.modifiers)),
                    },
                ),
            },
        }


def _entries(name: str, values: Mapping[str, object]) -> Json:
    """Return the entries under their name, or nothing: 2.x answers an empty list with 500."""
    if not values:
        return {}
    return {name: {"entry": [{"key": key, "value": value} for key, value in values.items()]}}
