"""What changed, told as it happens."""

from enum import StrEnum

from kubeyard_client.messages.base import Message

# The owner of what every user may know of.
EVERYBODY = "*"


class Topic(StrEnum):
    """What kind of thing changed."""

    APPLICATIONS = "applications"
    CLUSTER = "cluster"
    KERNELS = "kernels"
    ENVIRONMENTS = "environments"


class Change(Message):
    """Which things changed: `owners[i]` is whose `ids[i]` is. `version` only ever grows.

    No ids means that anything of the topic may have changed: the cluster's state has none, and neither has
    the first event after a stream was away for longer than changes are remembered.
    """

    topic: Topic
    ids: tuple[str, ...]
    owners: tuple[str, ...]
    version: int
