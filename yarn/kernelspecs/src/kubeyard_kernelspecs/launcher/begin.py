"""Spark's Python "application" where spark-submit has started it: it becomes the kernel."""

import os
import sys

os.umask(0o077)
# What lies in the home of the account that runs containers is in nobody's kernel.
os.environ["HOME"] = os.getcwd()  # noqa: PTH109 - nothing more is imported than the kernel needs
os.execv(sys.executable, [sys.executable, "-m", "kubeyard_launcher"])  # noqa: S606 - no shell
