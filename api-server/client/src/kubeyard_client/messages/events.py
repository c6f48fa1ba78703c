"""What changed, told as it happens."""

from enum import StrEnum

from kubeyard_client.messages.base import Message


class Topic(StrEnum):
    """What kind of thing changed."""

    APPLICATIONS = "applications"
    CLUSTER = "cluster"
    KERNELS = "kernels"
    ENVIRONMENTS = "environments"


class Change(Message):
    """Which things changed and whose they are; `version` only ever grows."""

    topic: Topic
    ids: tuple[str, ...]
    owners: tuple[str, ...]
    version: int
