"""The rights of a process, as Linux tells them in /proc/<pid>/status."""

NO_CAPABILITY = "0" * 16
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
# No capability, none that a program could bring it, and no way to gain one.
NONE = {**dict.fromkeys(CAPABILITIES, NO_CAPABILITY), "NoNewPrivs": "1"}


def rights_in(status: str) -> dict[str, str]:
    """The sets of capabilities, and whether privileges can be gained."""
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    return {name: fields[name] for name in NONE}
