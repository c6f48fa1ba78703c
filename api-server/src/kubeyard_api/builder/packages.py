"""Reading package lines: what may be asked for, and why a line is refused.

Only names and versions are taken. An address, a path or an option could make the builder fetch from anywhere,
read files of this machine or run code of a stranger.
"""

import re
from collections.abc import Callable, Iterable

from kubeyard_client.messages.environments import PackageProblem
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec
from rattler.exceptions import InvalidMatchSpecError

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
VERSION_CONTROL = re.compile(r"\b(git|hg|svn|bzr)\+", re.IGNORECASE)
PATH = re.compile(r"^(\.{0,2}/|~|[A-Za-z]:\\|\.)|\.(whl|zip|tar\.gz|tar\.bz2|conda)(\s|$)|/")
COMMENT = re.compile(r"(^|\s)#.*$")
# Spark's Python side travels with the platform's own runtime, in the version of its jars.
PROVIDED = {"pyspark": "Spark comes with every kernel", "py4j": "Spark's bridge comes with every kernel"}


class RefusedLine(ValueError):  # noqa: N818 - it names what happened
    """A line that is not taken; the message says why and what to write instead."""


def pip_requirement(line: str) -> Requirement:
    """The requirement that a pip line asks for. Raises RefusedLine."""
    text = _plain(line)
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise RefusedLine(
            f"{text!r} is no package name with an optional version, like pandas>=2.2"
        ) from error
    if requirement.url:
        raise RefusedLine(f"{text!r} asks for an address; write the name and version of a published package")
    _refuse_provided(canonicalize_name(requirement.name))
    return requirement


def conda_spec(line: str) -> MatchSpec:
    """The match specification that a conda line asks for. Raises RefusedLine."""
    text = _plain(line)
    if "::" in text or "[" in text:
        raise RefusedLine(
            f"{text!r} names a channel or a field in brackets; channels are set by the platform: "
            "write only the name and version"
        )
    try:
        spec = MatchSpec(text)
    except InvalidMatchSpecError as error:
        raise RefusedLine(
            f"{text!r} is no conda package with an optional version, like numpy>=1.26"
        ) from error
    _refuse_provided(conda_name(spec))
    return spec


def conda_name(spec: MatchSpec) -> str:
    """The name of the package that a specification is about."""
    return str(getattr(spec.name, "normalized", spec.name))


def problems(pip: Iterable[str], conda: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each line that cannot be taken, naming the list and the line."""
    return (*_problems("pip", pip, pip_requirement), *_problems("conda", conda, conda_spec))


def line_problem(number: int, line: str, read: Callable[[str], object]) -> PackageProblem | None:
    """What is wrong with one line, None when it can be taken."""
    try:
        read(line)
    except RefusedLine as refusal:
        return PackageProblem(line=number, text=line.strip(), reason=str(refusal))
    return None


def _problems(kind: str, lines: Iterable[str], read: Callable[[str], object]) -> list[str]:
    found = (line_problem(number, line, read) for number, line in enumerate(lines, start=1))
    return [f"{kind} line {problem.line}: {problem.reason}." for problem in found if problem]


def _plain(line: str) -> str:
    text = COMMENT.sub("", line).strip()
    if not text:
        raise RefusedLine("this line names no package; leave it out")
    if text.startswith("-"):
        raise RefusedLine(f"{text!r} is an option of pip or conda; only names and versions are taken")
    if VERSION_CONTROL.search(text):
        raise RefusedLine(f"{text!r} asks for a source repository; publish a wheel and write its name")
    if ADDRESS.search(text):
        raise RefusedLine(f"{text!r} asks for an address; write the name and version of a published package")
    if PATH.search(text.partition(";")[0]):
        raise RefusedLine(f"{text!r} is a file or path; write the name and version of a published package")
    return text


def _refuse_provided(name: str) -> None:
    if name in PROVIDED:
        raise RefusedLine(f"leave {name} out: {PROVIDED[name]}, in the version that fits the cluster")
