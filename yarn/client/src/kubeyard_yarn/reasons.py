"""Why an application waits, failed or was killed, in plain words and with what to do next."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kubeyard_yarn.applications import ApplicationState, FinalStatus


class Cause(StrEnum):
    """What lies behind, as one word for programs."""

    WAITS = "waits"
    MEMORY = "memory"
    VIRTUAL_MEMORY = "virtual-memory"
    FILE_MISSING = "file-missing"
    FILE_CHANGED = "file-changed"
    IMPORT = "import"
    PREEMPTED = "preempted"
    NODE_LOST = "node-lost"
    NOT_ALLOWED = "not-allowed"
    QUEUE = "queue"
    LEASE = "lease"
    KILLED = "killed"
    SIGNAL = "signal"
    PROGRAM = "program"
    # By the gateway, at its owner's wish or because nobody used it.
    STOPPED = "stopped"
    IDLE = "idle"
    START = "start"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reason:
    """What happened, and what one can do about it."""

    cause: Cause
    what: str
    next_step: str = ""

    @property
    def text(self) -> str:
        """Both, as one paragraph."""
        return f"{self.what} {self.next_step}".strip()


@dataclass(frozen=True)
class Told:
    """What YARN tells of an application, and what is known beside it of the kernel in it."""

    state: str
    final_status: str = FinalStatus.UNDEFINED
    diagnostics: str = ""
    queue: str = ""
    memory_mb: int = 0
    vcores: int = 0
    # `owner/name`, and the memory that its driver asks for; empty and 0 where nobody knows.
    environment: str = ""
    driver_memory_mb: int = 0

    @property
    def queue_name(self) -> str:
        """The queue as people call it."""
        return self.queue.removeprefix("root.")


Words = Callable[[Told, re.Match[str]], Reason]
# The account of the services: who it names in YARN acted for somebody.
PLATFORM = "kubeyard"
USED = re.compile(r"Current usage: (?P<used>[\d.]+ ?[KMGT]?B) of (?P<most>[\d.]+ ?[KMGT]?B) physical memory")
KILLED_BECAUSE = re.compile(r"with diagnostic message: (?P<message>.+)", re.DOTALL)
KILLED_BY = re.compile(r"killed by user (?P<who>[\w.-]+)")
EXIT_STATUS = re.compile(r"exited with status (?P<code>\d+)")
LIFETIME = re.compile(r"(exceed\w* (its|the)|due to) lifetime", re.IGNORECASE)
# A shell's way to say that a signal ended a process.
SIGNALS_FROM = 128
SIGKILL, SIGTERM = 9, 15


def why(told: Told) -> Reason | None:
    """Return why the application is as it is; None for one that runs or ended well."""
    ended_badly = told.state == ApplicationState.FINISHED and told.final_status in ("FAILED", "KILLED")
    if told.state == ApplicationState.KILLED or (ended_badly and told.final_status == "KILLED"):
        return _killed(told)
    if told.state == ApplicationState.FAILED or ended_badly:
        return _first(ENDED, told) or _unknown_failure(told)
    if told.state == ApplicationState.ACCEPTED:
        return _first(WAITING, told) or _accepted(told)
    return None


def _first(table: tuple[tuple[str, Words], ...], told: Told) -> Reason | None:
    for pattern, words in table:
        if found := re.search(pattern, told.diagnostics):
            return words(told, found)
    return None


def _says(cause: Cause, what: str, next_step: str) -> Words:
    def words(told: Told, _: re.Match[str]) -> Reason:
        facts = {
            "queue": told.queue_name,
            "memory_mb": max(told.memory_mb, 0) or "the wanted",
            "vcores": max(told.vcores, 0) or "the wanted",
        }
        return Reason(cause, what.format_map(facts), next_step.format_map(facts))

    return words


def _out_of_memory(told: Told, _: re.Match[str]) -> Reason:
    used = USED.search(told.diagnostics)
    what = "It used more memory than its container may have, so YARN ended it."
    if used:
        what = (
            f"It used {used['used']} of memory and its container may have {used['most']}, so YARN ended it."
        )
    return Reason(Cause.MEMORY, what, _raise_memory(told))


def _ended_from_outside(told: Told, _: re.Match[str]) -> Reason:
    """Spark's last words, where they came before YARN's: nobody says any more who ended its container."""
    return Reason(
        Cause.UNKNOWN,
        "Its container was ended from outside: mostly by YARN, for using more memory than it may have.",
        _raise_memory(told),
    )


def _raise_memory(told: Told) -> str:
    if not told.environment:
        return "Raise the driver's or the executors' memory in its environment, or work on less data at once."
    now = f" (now {told.driver_memory_mb} MiB)" if told.driver_memory_mb else ""
    more = f", {2 * told.driver_memory_mb} MiB for a start," if told.driver_memory_mb else ""
    return (
        f"Raise the driver memory of its environment {told.environment}{now}: copy the environment with "
        f"more{more} and choose the copy as the notebook's kernel. Or work on less data at once."
    )


def _program(told: Told, _: re.Match[str]) -> Reason:
    status = EXIT_STATUS.search(told.diagnostics)
    code = int(status["code"]) if status else 0
    if code == SIGNALS_FROM + SIGKILL:
        return Reason(
            Cause.SIGNAL,
            "Its Python process was killed by signal 9: mostly the node itself ran out of memory.",
            _raise_memory(told),
        )
    if code == SIGNALS_FROM + SIGTERM:
        return Reason(
            Cause.SIGNAL,
            "Its Python process was asked to end by signal 15: by its own code, or by somebody on its node.",
            "Start it again; should it end so once more, ask those who look after the cluster.",
        )
    if code > SIGNALS_FROM:
        return Reason(
            Cause.SIGNAL,
            f"Its Python process was ended by signal {code - SIGNALS_FROM}: "
            "a package crashed in its own code, outside of Python.",
            "Run the cells up to the crash one by one to find it; "
            "another version of that package may not crash.",
        )
    ended = f"with status {code}" if code > 1 else "with an error"
    return Reason(
        Cause.PROGRAM,
        f"Its Python program ended {ended}.",
        "The last lines of kernel.err, stdout and stderr in its logs say more.",
    )


WAITING: tuple[tuple[str, Words], ...] = (
    (
        r"AM resource limit exceeded|AM Resource Limit",
        _says(
            Cause.WAITS,
            "The queue “{queue}” has reached the share of memory that starting applications may take.",
            "It starts as soon as another application of this queue ends. "
            "Stop a kernel that you do not need.",
        ),
    ),
    (
        r"[Uu]ser.{0,20}limit.{0,20}(exceeded|reached)",
        _says(
            Cause.WAITS,
            "You already use as much of the queue “{queue}” as one person may.",
            "Stop a kernel or an application of yours that you do not need.",
        ),
    ),
    (
        r"[Ww]aiting for (AM container|resources|.{0,40}allocat)|not enough|Skipping|available resource",
        _says(
            Cause.WAITS,
            "No node has {memory_mb} MB and {vcores} cores free for it now.",
            "It starts by itself when something else ends. Stop a kernel, or ask for less memory.",
        ),
    ),
)

ENDED: tuple[tuple[str, Words], ...] = (
    (r"Shutdown hook called before final status", _ended_from_outside),
    (
        r"beyond (the )?.{0,12}(?i:physical).? memory|exitCode: (-104|137)|OutOfMemory|Java heap space",
        _out_of_memory,
    ),
    (
        r"beyond (the )?.{0,12}(?i:virtual).? memory|exitCode: -103",
        _says(
            Cause.VIRTUAL_MEMORY,
            "It used more virtual memory than a container may have, so YARN ended it.",
            "Raise the driver's memory in its environment, or ask an administrator to switch this check off.",
        ),
    ),
    (
        r"(File does not exist|FileNotFoundException|No such file or directory)",
        _says(
            Cause.FILE_MISSING,
            "A file that it needs to start is not in HDFS any more.",
            "Rebuild the kernel's environment, then start the kernel again.",
        ),
    ),
    (
        r"changed on src filesystem",
        _says(
            Cause.FILE_CHANGED,
            "A file that it needs to start was replaced after the kernel was made.",
            "Rebuild the kernel's environment, then start the kernel again.",
        ),
    ),
    (
        r"ModuleNotFoundError|ImportError",
        _says(
            Cause.IMPORT,
            "Python could not import a package that the kernel needs.",
            "Look into its log, add the package to the environment and build it again.",
        ),
    ),
    (
        r"exitCode: -102|[Pp]reempted",
        _says(
            Cause.PREEMPTED,
            "YARN took its container back for another queue that has a right to it.",
            "Start it again when the cluster is less busy.",
        ),
    ),
    (
        r"AccessControlException|Permission denied",
        _says(
            Cause.NOT_ALLOWED,
            "It was not allowed to read or write something that it needs.",
            "The raw diagnostics name the file. Ask its owner for the right, or use another path.",
        ),
    ),
    (
        r"lost node|exitCode: -100|Container released on a \*lost\* node",
        _says(
            Cause.NODE_LOST,
            "The node on which it ran was lost.",
            "Start it again: YARN will choose another node.",
        ),
    ),
    (
        r"to (unknown|non-leaf) queue|cannot submit|not have permission to submit",
        _says(
            Cause.QUEUE,
            "You may not submit to the queue “{queue}”, or it does not exist.",
            "Choose another queue in the kernel's environment.",
        ),
    ),
    (r"exitCode: 13\b|User application exited with status", _program),
)


def _accepted(told: Told) -> Reason:
    return Reason(
        Cause.WAITS,
        f"YARN has accepted it and has not given it a container yet (queue “{told.queue}”).",
        "Usually this takes a second. If it lasts, the cluster is full: the overview shows by whom.",
    )


def _unknown_failure(told: Told) -> Reason:
    exit_code = re.search(r"exitCode: (-?\d+)|exit code:? (-?\d+)", told.diagnostics)
    code = next((found for found in exit_code.groups() if found), "") if exit_code else ""
    ended = f"Its driver ended with exit code {code}." if code else "Its driver ended with an error."
    return Reason(Cause.UNKNOWN, ended, "The end of its log says more: look into stderr.")


def _killed(told: Told) -> Reason:
    next_step = "To go on, restart its kernel in JupyterLab: the variables of the old one are gone."
    if LIFETIME.search(told.diagnostics):
        return Reason(
            Cause.LEASE,
            "Its time in YARN ran out, because no gateway had renewed it.",
            f"Kernels end so when the gateway is away for long. {next_step}",
        )
    if because := KILLED_BECAUSE.search(told.diagnostics):
        message = because["message"].strip().rstrip(".")
        return Reason(Cause.KILLED, f"It was ended before it was done: {message}.", next_step)
    by = KILLED_BY.search(told.diagnostics)
    if by is None:
        return Reason(Cause.KILLED, "It was ended before it was done.", next_step)
    who = "the platform" if by["who"] == PLATFORM else by["who"]
    return Reason(Cause.KILLED, f"It was ended by {who} before it was done.", next_step)
