"""How an environment is called after its kernelspec."""


def environment_of(kernelspec: str | None) -> str | None:
    """`owner/name` of the environment behind a kernelspec `owner.name`: owners may have dots, names none."""
    owner, _, name = (kernelspec or "").rpartition(".")
    return f"{owner}/{name}" if owner and name else None
