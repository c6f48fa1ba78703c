"""What lies in HDFS before the first login: everybody's folders, the platform's, and the sample data."""

from pathlib import Path
from tempfile import TemporaryDirectory

from kubeyard_local import samples
from kubeyard_local.web_hdfs import SUPERUSER, WebHdfs

# Path, owner, rights. Every ancestor of an environment must be passable, or YARN copies it for each user.
FOLDERS = (
    ("/tmp", SUPERUSER, "1777"),  # noqa: S108 - HDFS's own
    ("/logs", SUPERUSER, "1777"),
    ("/user", SUPERUSER, "755"),
    ("/user/kubeyard", SUPERUSER, "750"),
    ("/shared", SUPERUSER, "1777"),
    ("/shared/samples", SUPERUSER, "755"),
    ("/kubeyard", SUPERUSER, "755"),
    ("/kubeyard/envs", SUPERUSER, "755"),
    ("/kubeyard/runtime", SUPERUSER, "755"),
)
DONE = f"/shared/samples/{samples.FILE}"


def ensure(name_node_url: str) -> None:
    """Make what is missing. The sample file comes last, so its presence says that all of it was done."""
    hdfs = WebHdfs(name_node_url)
    if hdfs.exists(DONE):
        return
    for path, owner, mode in FOLDERS:
        hdfs.make_folder(path, owner, mode)
    with TemporaryDirectory() as folder:
        file = Path(folder) / samples.FILE
        samples.write(file)
        hdfs.upload(file, DONE)
