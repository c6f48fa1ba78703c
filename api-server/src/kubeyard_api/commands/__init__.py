"""The commands of `python -m kubeyard_api`: each module has `run() -> int`, the exit code."""
