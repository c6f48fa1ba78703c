"""Why something waits or has ended, in plain words."""

from pydantic import Field

from kubeyard_client.messages.base import Message


class Reason(Message):
    """What happened, and what one can do about it."""

    cause: str = Field(description="One word for programs: waits, memory, preempted, node-lost, killed, ...")
    what: str
    next_step: str = ""


class QueuePlace(Message):
    """Where something stands among all that wait for their first container in one queue of YARN."""

    number: int = Field(description="1 is next")
    waiting: int = Field(description="How many wait in this queue, this one included")
