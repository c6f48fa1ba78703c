"""A key that tokens are signed with."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    """Return a key; making one takes longer than all that is done with it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
