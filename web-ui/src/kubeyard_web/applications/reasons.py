"""Why an application waits, failed or was killed, in plain words and with what to do next."""

import re
from dataclasses import dataclass

from kubeyard_client.messages.applications import Application, ApplicationState

from kubeyard_web.presentation.states import application_state


@dataclass(frozen=True)
class Reason:
    """What happened, and what one can do about it. `is_guess` when nothing known was recognised."""

    what: str
    next_step: str = ""


WAITING = (
    (
        r"AM resource limit exceeded|AM Resource Limit",
        "The queue “{queue}” has reached the share of memory that starting applications may take.",
        "It starts as soon as another application of this queue ends. Stop a kernel that you do not need.",
    ),
    (
        r"[Uu]ser.{0,20}limit.{0,20}(exceeded|reached)",
        "You already use as much of the queue “{queue}” as one person may.",
        "Stop a kernel or an application of yours that you do not need.",
    ),
    (
        r"waiting for AM container|not enough|Skipping|available resource|[Ww]aiting for.{0,40}allocat",
        "No node has {memory_mb} MB and {vcores} cores free for it now.",
        "It starts by itself when something else ends. Stop a kernel, or ask for less memory.",
    ),
)

ENDED = (
    (
        r"beyond (the )?.{0,12}physical memory|exitCode: (-104|137)|OutOfMemory|Java heap space",
        "It used more memory than its container may have, so YARN ended it.",
        "Raise the driver's or the executors' memory in its environment, or work on less data at once.",
    ),
    (
        r"beyond virtual memory|exitCode: -103",
        "It used more virtual memory than a container may have, so YARN ended it.",
        "Raise the driver's memory in its environment, or ask an administrator to switch this check off.",
    ),
    (
        r"(File does not exist|FileNotFoundException|No such file or directory)",
        "A file that it needs to start is not in HDFS any more.",
        "Rebuild the kernel's environment, then start the kernel again.",
    ),
    (
        r"changed on src filesystem",
        "A file that it needs to start was replaced after the kernel was made.",
        "Rebuild the kernel's environment, then start the kernel again.",
    ),
    (
        r"ModuleNotFoundError|ImportError",
        "Python could not import a package that the kernel needs.",
        "Look into the log below, add the package to the environment and build it again.",
    ),
    (
        r"exitCode: -102|[Pp]reempted",
        "YARN took its container back for another queue that has a right to it.",
        "Start it again when the cluster is less busy.",
    ),
    (
        r"AccessControlException|Permission denied",
        "It was not allowed to read or write something that it needs.",
        "The raw diagnostics name the file. Ask its owner for the right, or use another path.",
    ),
    (
        r"lost node|exitCode: -100|Container released on a \*lost\* node",
        "The node on which it ran was lost.",
        "Start it again: YARN will choose another node.",
    ),
    (
        r"to (unknown|non-leaf) queue|cannot submit|not have permission to submit",
        "You may not submit to the queue “{queue}”, or it does not exist.",
        "Choose another queue in the kernel's environment.",
    ),
    (
        r"exitCode: 13\b|User application exited with status",
        "Its Python program ended with an error.",
        "The last lines of stdout and stderr, below, say which.",
    ),
)
KILLED_BECAUSE = re.compile(r"with diagnostic message: (?P<message>.+)", re.DOTALL)
KILLED_BY = re.compile(r"killed by user (?P<who>[\w.-]+)")
PLATFORM = "kubeyard"


def reason(application: Application) -> Reason | None:
    """Return why this application is as it is; nothing for one that runs or ended well."""
    tone = application_state(application)
    if application.killing and not application.state.is_final:
        return Reason("It is being killed. YARN has not confirmed it yet.")
    if tone.word == "Killed":
        return _killed(application)
    if tone.word == "Failed":
        return _known(ENDED, application) or _unknown_failure(application)
    if application.state is ApplicationState.ACCEPTED:
        return _known(WAITING, application) or Reason(
            f"YARN has accepted it and has not given it a container yet (queue “{application.queue}”).",
            "Usually this takes a second. If it lasts, the cluster is full: the overview shows by whom.",
        )
    return None


def _known(table: tuple[tuple[str, str, str], ...], application: Application) -> Reason | None:
    for pattern, what, next_step in table:
        if re.search(pattern, application.diagnostics):
            facts = {
                "queue": application.queue.removeprefix("root."),
                "memory_mb": max(application.memory_mb, 0) or "the wanted",
                "vcores": max(application.vcores, 0) or "the wanted",
            }
            return Reason(what.format_map(facts), next_step)
    return None


def _unknown_failure(application: Application) -> Reason:
    exit_code = re.search(r"exitCode: (-?\d+)|exit code:? (-?\d+)", application.diagnostics)
    code = next((found for found in exit_code.groups() if found), "") if exit_code else ""
    ended = f"Its driver ended with exit code {code}." if code else "Its driver ended with an error."
    return Reason(ended, "The end of its log says more: look into stderr below.")


def _killed(application: Application) -> Reason:
    next_step = "To go on, restart its kernel in JupyterLab: the variables of the old one are gone."
    if because := KILLED_BECAUSE.search(application.diagnostics):
        message = because["message"].strip().rstrip(".")
        return Reason(f"It was ended before it was done: {message}.", next_step)
    by = KILLED_BY.search(application.diagnostics)
    if by is None:
        return Reason("It was ended before it was done.", next_step)
    who = "the platform" if by["who"] == PLATFORM else by["who"]
    return Reason(f"It was ended by {who} before it was done.", next_step)
