"""Why a build failed, in words for the person who asked for it."""

from enum import StrEnum


class FailureCode(StrEnum):
    """What kind of failure it was; stable, for pages and programs."""

    BAD_PACKAGE = "bad_package"
    UNKNOWN_PACKAGE = "unknown_package"
    UNKNOWN_VERSION = "unknown_version"
    NO_WHEEL = "no_wheel"
    CONFLICT = "conflict"
    INDEX_UNREACHABLE = "index_unreachable"
    CHANNEL_UNREACHABLE = "channel_unreachable"
    BASE_PYTHON = "base_python"
    SMOKE_TEST = "smoke_test"
    TOO_LARGE = "too_large"
    DISK_FULL = "disk_full"
    HDFS_UNREACHABLE = "hdfs_unreachable"
    HDFS_REFUSED = "hdfs_refused"
    TIMED_OUT = "timed_out"
    WORKER_LOST = "worker_lost"
    INTERNAL = "internal"


class BuildFailure(Exception):  # noqa: N818 - a failure is what the domain calls it
    """The one way in which a step of a build says that it cannot go on."""

    def __init__(self, code: FailureCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
