"""Amounts with their units."""

KIB = 1024
NOTHING = "\N{EN DASH}"
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(byte_count: int | None) -> str:
    """Return bytes in the unit that reads best: 1536 -> 1.5 KiB."""
    if byte_count is None:
        return NOTHING
    amount = float(byte_count)
    unit = UNITS[0]
    for unit in UNITS:
        if abs(amount) < KIB or unit == UNITS[-1]:
            break
        amount /= KIB
    return f"{byte_count} B" if unit == "B" else f"{amount:.1f} {unit}"


def memory(megabytes: int | None) -> str:
    """Return megabytes as YARN counts them (of 1024 KiB) in the unit that reads best."""
    return NOTHING if megabytes is None else size(megabytes * KIB * KIB)


def memory_time(megabyte_seconds: float) -> str:
    """Return memory held over time as people count it: 3686400 -> 1.0 GiB·h."""
    hours = megabyte_seconds / KIB / 3600
    return f"{hours:.2f} GiB·h" if hours < 1 else f"{hours:.1f} GiB·h"


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: 1 kernel, 2 kernels."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def cores(count: int | None) -> str:
    """Return a number of virtual cores with its noun."""
    return NOTHING if count is None else plural(count, "core")
