"""Addresses that tests give their servers."""

import subprocess
import sys
from pathlib import Path

from harness.free_address import free_address

TESTS = Path(__file__).resolve().parents[1]
TELL = "from harness.free_address import free_address; print(*(free_address() for _ in range(50)))"


def test_no_address_is_given_to_two_servers_though_none_listens_yet() -> None:
    given = [free_address() for _ in range(100)]
    assert len(set(given)) == len(given)


def test_tests_beside_these_get_others() -> None:
    given = {free_address() for _ in range(150)}
    told = subprocess.run(
        (sys.executable, "-c", TELL), cwd=TESTS, capture_output=True, text=True, timeout=60, check=True
    )
    assert not given & set(told.stdout.split())
