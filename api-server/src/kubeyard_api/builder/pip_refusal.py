"""Turning uv's words about packages that cannot be had into a reason with a next step."""

import re

from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.import_names import published_name
from kubeyard_api.builder.recipe import Workshop

NAME = r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)"
ABSENT = re.compile(NAME + r" was not found in the (?:package registry|provided package locations)")
NO_WHEEL = re.compile(
    r"(?:all versions of )?" + NAME + r"(?P<version>[=<>!~][^ ]*)? ha(?:s|ve) no (?:usable )?wheels"
)
NO_VERSION = re.compile(r"there (?:is|are) no versions? of " + NAME + r"(?P<version>[=<>!~][^ ]*)?")
OUT_OF_REACH = re.compile(
    r"error sending request|Request failed|Failed to fetch|dns error|tcp connect error|timed out",
    re.IGNORECASE,
)
HOST = re.compile(r"https?://(?:[^/@\s]+@)?(?P<host>[^/\s)`]+)")
LONGEST_REASON = 700


def explain(output: str, workshop: Workshop) -> BuildFailure:
    """The failure that uv's output describes."""
    said = " ".join(output.replace("error:", " ").replace("cause:", " ").split())
    if found := ABSENT.search(said):
        return _unknown_package(found["name"])
    if found := NO_WHEEL.search(said):
        return _no_wheel(found["name"], found["version"] or "", said)
    if OUT_OF_REACH.search(said):
        return _out_of_reach(said)
    if "No solution found" in said:
        return _conflict(said, workshop)
    return BuildFailure(
        FailureCode.INTERNAL, f"Choosing versions failed: {_shortened(said) or 'uv said nothing'}"
    )


def _unknown_package(name: str) -> BuildFailure:
    instead = published_name(name)
    hint = f"It is published as {instead}: write that name." if instead else "Check the spelling."
    return BuildFailure(
        FailureCode.UNKNOWN_PACKAGE, f"There is no pip package called {name!r} on the package index. {hint}"
    )


def _no_wheel(name: str, version: str, said: str) -> BuildFailure:
    asked = f"{name}{version}"
    if instead := published_name(name):
        return BuildFailure(
            FailureCode.NO_WHEEL,
            f"{asked} has no wheel. What is imported as {name} is published as {instead}: write that name.",
        )
    if "Python ABI tag" in said or "platform tag" in said:
        return BuildFailure(
            FailureCode.NO_WHEEL,
            f"{asked} has no wheel for this Python and platform. Ask for another version of {name}.",
        )
    return BuildFailure(
        FailureCode.NO_WHEEL,
        f"{asked} is published as source only, and source packages are not built here because that runs "
        f"their authors' code: wheels only are taken. Ask for a version of {name} with a wheel, "
        "or for its conda package.",
    )


def _conflict(said: str, workshop: Workshop) -> BuildFailure:
    reason = _shortened(said)
    found = NO_VERSION.search(said)
    if found and said.count("Because") == 1 and found["name"] not in workshop.constrained():
        return BuildFailure(
            FailureCode.UNKNOWN_VERSION,
            f"There is no {found['name']}{found['version'] or ''} on the package index. "
            "Ask for another version, or leave the version out.",
        )
    limits = [
        f"{name}{requirement.specifier}"
        for name, requirement in workshop.constrained().items()
        if re.search(rf"\b{re.escape(name)}\b", said)
    ]
    hint = (
        f" This platform's Spark {workshop.spark} works with {', '.join(limits)}: stay within that."
        if limits
        else " Change one of the versions asked for."
    )
    return BuildFailure(FailureCode.CONFLICT, f"These packages cannot be had together: {reason}.{hint}")


def _out_of_reach(said: str) -> BuildFailure:
    host = HOST.search(said)
    where = f" at {host['host']}" if host else ""
    return BuildFailure(
        FailureCode.INDEX_UNREACHABLE,
        f"The pip package index{where} does not answer, so no versions can be chosen. "
        "Try again later; an administrator can see whether it is reachable from the edge node.",
    )


def _shortened(said: str) -> str:
    said = said.partition("hint:")[0].replace("No solution found when resolving dependencies", "")
    said = re.sub(r",? we can conclude that your requirements are unsatisfiable\.?", "", said)
    said = re.sub(r"\{[^}]*\}", "", said).strip(" .")
    said = re.sub(r"^Because ", "", said)
    return said if len(said) <= LONGEST_REASON else f"{said[:LONGEST_REASON]} ..."
