"""Prints one summary of all JUnit reports in a folder: what failed, what was skipped and for lack of what."""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

KINDS = {"failure": "failed", "error": "failed", "skipped": "skipped"}


def outcome(case: ElementTree.Element) -> tuple[str, str]:
    """A test case's outcome and, where it did not pass, the first line of the reason."""
    for child in case:
        if child.tag in KINDS:
            return KINDS[child.tag], (child.get("message") or child.text or "").strip().partition("\n")[0]
    return "passed", ""


def main(folder: Path) -> None:
    counts: Counter[str] = Counter()
    for report in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(report).iter("testcase"):
            kind, reason = outcome(case)
            counts[kind] += 1
            if kind != "passed":
                print(f"{kind}: {case.get('classname')}::{case.get('name')}: {reason[:300]}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
