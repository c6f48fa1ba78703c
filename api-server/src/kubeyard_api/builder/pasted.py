"""Reading a whole requirements.txt or environment.yml, as people paste it."""

import re

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from kubeyard_client.messages.environments import PackageProblem, ParsedPackages

from kubeyard_api.builder.packages import COMMENT, RefusedLine, conda_spec, line_problem, pip_requirement

ENVIRONMENT_FILE = re.compile(r"^dependencies\s*:", re.MULTILINE)
# What a conda environment file commonly lists and every environment has anyway.
ALWAYS_THERE = frozenset({"python", "pip"})
CONTINUED = re.compile(r"\\\r?\n")
HASH_OPTION = re.compile(r"\s+--hash=\S+")


def parse(text: str) -> ParsedPackages:
    """The packages in `text`, and a problem for each line that cannot be taken."""
    text = text.lstrip("\ufeff")
    return _environment_file(text) if ENVIRONMENT_FILE.search(text) else _requirements_file(text)


def _requirements_file(text: str) -> ParsedPackages:
    lines: list[str] = []
    problems: list[PackageProblem] = []
    for number, line in _logical_lines(text):
        problem = line_problem(number, line, pip_requirement)
        if problem:
            problems.append(problem)
        else:
            lines.append(line)
    return ParsedPackages(name=None, conda=(), pip=tuple(dict.fromkeys(lines)), problems=tuple(problems))


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines without comments and hashes (ours are solved anew), continued ones joined, numbered as pasted."""
    found: list[tuple[int, str]] = []
    kept = ""
    begin = 1
    for number, line in enumerate(text.splitlines(), start=1):
        begin = begin if kept else number
        kept += line.rstrip("\\ ") + " "
        if line.rstrip().endswith("\\"):
            continue
        plain = HASH_OPTION.sub("", COMMENT.sub("", kept)).strip()
        kept = ""
        if plain:
            found.append((begin, plain))
    return found


def _environment_file(text: str) -> ParsedPackages:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        number = mark.line + 1 if mark else 1
        return _refused(number, "this is not valid YAML; check its indentation")
    if not isinstance(document, dict) or not isinstance(document.get("dependencies"), list):
        return _refused(1, "`dependencies` must be a list")
    return _Reading(text, document).result()


def _refused(number: int, reason: str) -> ParsedPackages:
    problem = PackageProblem(line=number, text="", reason=reason)
    return ParsedPackages(name=None, conda=(), pip=(), problems=(problem,))


class _Reading:
    """One environment.yml on its way to two lists."""

    def __init__(self, text: str, document: dict[str, object]) -> None:
        self._lines = text.splitlines()
        self._document = document
        self._conda: list[str] = []
        self._pip: list[str] = []
        self._problems: list[PackageProblem] = []

    def result(self) -> ParsedPackages:
        """Read every dependency."""
        dependencies = self._document["dependencies"]
        for entry in dependencies if isinstance(dependencies, list) else ():
            self._entry(entry)
        name = self._document.get("name")
        return ParsedPackages(
            name=name if isinstance(name, str) else None,
            conda=tuple(dict.fromkeys(self._conda)),
            pip=tuple(dict.fromkeys(self._pip)),
            problems=tuple(self._problems),
        )

    def _entry(self, entry: object) -> None:
        if isinstance(entry, dict) and isinstance(entry.get("pip"), list):
            for line in entry["pip"]:
                self._take(str(line), pip_requirement, self._pip)
        elif isinstance(entry, str):
            if re.split(r"[\s=<>!~]", entry, maxsplit=1)[0].lower() not in ALWAYS_THERE:
                self._take(entry, conda_spec, self._conda)
        else:
            self._problems.append(
                PackageProblem(
                    line=1, text=str(entry), reason="only package names and a `pip:` list are taken"
                )
            )

    def _take(self, line: str, read: object, into: list[str]) -> None:
        assert callable(read)  # noqa: S101 - one of the two functions above
        try:
            read(line)
        except RefusedLine as refusal:
            self._problems.append(PackageProblem(line=self._number_of(line), text=line, reason=str(refusal)))
        else:
            into.append(line)

    def _number_of(self, line: str) -> int:
        return next((number for number, text in enumerate(self._lines, start=1) if line in text), 1)
