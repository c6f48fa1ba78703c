"""Who is calling, by a signed token, and what is theirs."""

from kubeyard_identity.caller import Caller, may_act
from kubeyard_identity.verifier import USER_NAME_PATTERN, InvalidToken, Verifier

__all__ = ["USER_NAME_PATTERN", "Caller", "InvalidToken", "Verifier", "may_act"]
