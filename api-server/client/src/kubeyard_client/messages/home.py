"""A user's place in HDFS."""

from kubeyard_client.messages.base import Message


class Home(Message):
    """The folder that is the caller's own, and the one that all share."""

    path: str
    shared_path: str
    created: bool
