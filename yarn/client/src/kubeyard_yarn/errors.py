"""What can go wrong between Kubeyard and Hadoop: one base class, one subclass for each reaction."""

# Callers read `except Unreachable`: no Error suffix.
# ruff: noqa: N818


class YarnError(Exception):
    """Any failed exchange with Hadoop; its message names the thing, the problem and the next step."""


class Unreachable(YarnError):
    """Nobody answered in time, or nobody who answered is in charge: worth trying again later."""


class Refused(YarnError):
    """The service knows who asks and does not allow it (403), or wants to know who asks (401)."""


class NotFound(YarnError):
    """The application, container, log or path does not exist, or no longer."""


class BadRequest(YarnError):
    """The service says that the request itself is wrong: repeating it will not help."""


class AlreadyExists(BadRequest):
    """The path is already there, and overwriting it was not asked for."""


class UnexpectedAnswer(YarnError):
    """Something answered, but not in the way this service does: wrong address, wrong version, or a fault."""
