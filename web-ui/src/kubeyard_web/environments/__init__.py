"""Environments, which become kernels: the list, making one, its builds, deleting it."""
