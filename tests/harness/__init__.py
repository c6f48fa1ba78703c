"""Boots the real parts that the tests stand on."""
