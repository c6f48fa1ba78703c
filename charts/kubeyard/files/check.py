"""Asks each address given until it answers 200 with the text wanted; exit 1 and the reason if one never does.

All of them share one time to come up in, which is less than the pod's own.

check.py "http://web-ui:5000/readyz ready" ...
"""

import sys
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 45
ANSWER_SECONDS = 5


def problem(url: str, wanted: str) -> str:
    """What is wrong with the answer, or nothing."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - the chart gives no other
            text = answer.read().decode(errors="replace")
    except urllib.error.HTTPError as refusal:
        return f"answered {refusal.code}: {refusal.read(300).decode(errors='replace')}"
    except OSError as why:
        return f"does not answer: {why}"
    return "" if wanted in text else f"answered without {wanted!r}: {text[:300]}"


def check(url: str, wanted: str, deadline: float) -> bool:
    """Wait for the answer, and say how it went; `deadline` is a time of the monotonic clock."""
    while wrong := problem(url, wanted):
        if time.monotonic() > deadline:
            sys.stdout.write(f"wrong: {url} {wrong}\n")
            return False
        time.sleep(1)
    sys.stdout.write(f"fine: {url}\n")
    return True


def main() -> None:
    """Check all of them, also after one was wrong."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    answers = []
    for argument in sys.argv[1:]:
        url, _, wanted = argument.partition(" ")
        answers.append(check(url, wanted, deadline))
    sys.exit(0 if all(answers) else 1)


main()
