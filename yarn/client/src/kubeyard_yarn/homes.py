"""A user's home folder in HDFS."""

from kubeyard_yarn.errors import BadRequest, Refused, UnexpectedAnswer
from kubeyard_yarn.httpfs import UserFiles


def ensure_home(superuser: UserFiles, name: str, group: str = "") -> str:
    """Make /user/<name> for its owner alone and return its path; doing it again changes nothing.

    `superuser` is HDFS as its superuser. The order matters: a home that is only half made is closed
    (0750) and the superuser's, never somebody else's.
    """
    home = f"/user/{name}"
    # On a cluster without any home yet HDFS would close the folder of all homes together with this one.
    superuser.mkdirs("/user", 0o755)
    superuser.mkdirs(home, 0o750)
    found = superuser.status(home)
    if found.owner == name:
        return home
    # mkdirs subtracts the server's umask: the permission is set by itself.
    superuser.set_permission(home, 0o750)
    superuser.set_owner(home, owner=name)
    if group:
        _set_group(superuser, home, group)
    return home


def _set_group(superuser: UserFiles, home: str, group: str) -> None:
    """Give the home to a group; a cluster that does not know the group keeps its own default."""
    try:
        superuser.set_owner(home, group=group)
    except (BadRequest, Refused, UnexpectedAnswer):
        return
