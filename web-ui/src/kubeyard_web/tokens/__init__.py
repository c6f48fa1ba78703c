"""Signing keys, the tokens that they sign, and their exchange."""
