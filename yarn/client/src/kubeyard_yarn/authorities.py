"""The certificate authorities by which a cluster's https addresses are known."""

import ssl
from pathlib import Path


def authorities_in(file: Path) -> Path:
    """Return the file, of which one can be sure that it holds certificates (PEM); raises ValueError."""
    try:
        trusted = ssl.create_default_context(cafile=str(file))
    except OSError as error:
        # ssl.SSLError is one too: there is no certificate in it, or half of one.
        told = error.strerror or str(error)
        remedy = "give a PEM file that this service's account may read"
        raise ValueError(f"{file} cannot be read as certificates: {told}; {remedy}") from error
    if not trusted.cert_store_stats()["x509"]:
        raise ValueError(f"{file} holds no certificate; give that of the authority that signed, as PEM")
    return file
