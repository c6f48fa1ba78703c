"""The sizes and images that a Lab may be started with: the same file that the Hub reads."""

import json
from pathlib import Path

from pydantic import BaseModel, ValidationError


class Profile(BaseModel):
    """One choice; what it sets is the Hub's business."""

    slug: str
    display_name: str
    description: str = ""
    default: bool = False


class _LabPods(BaseModel):
    profiles: tuple[Profile, ...] = ()


class ProfilesUnreadable(Exception):  # noqa: N818 - it names what is wrong
    """The file cannot be read; the text says why."""


def read_profiles(file: Path | None) -> tuple[Profile, ...]:
    """The choices in their order, the default first; none without a file. Raises ProfilesUnreadable."""
    if file is None:
        return ()
    try:
        found = _LabPods.model_validate(json.loads(file.read_text())).profiles
    except (OSError, ValueError, ValidationError) as error:
        raise ProfilesUnreadable(f"KUBEYARD_LAB_PODS_FILE: {file} cannot be read: {error}") from error
    return tuple(sorted(found, key=lambda profile: not profile.default))
