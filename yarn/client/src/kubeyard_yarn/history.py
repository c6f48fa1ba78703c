"""Whether the server of what has ended answers, and its version."""

from pathlib import Path
from urllib.parse import urlsplit

from kubeyard_yarn.http import HadoopHttp
from kubeyard_yarn.shapes import child, text


class HistoryServer:
    """The JobHistoryServer, or the timeline server of Hadoop 2 in its place."""

    def __init__(
        self, url: str, user: str, timeout_seconds: float = 10, *, ca_file: Path | None = None
    ) -> None:
        """`url` is http://host:19888, or http://host:8188/ws/v1/applicationhistory of Hadoop 2."""
        self._http = HadoopHttp("the JobHistoryServer", timeout_seconds, ca_file)
        self._url = url.rstrip("/")
        self._user = {"user.name": user}

    def version(self) -> str:
        """Return Hadoop's version, empty where it does not tell; raises YarnError."""
        # The timeline server is named with its path, and has a page of its own about itself.
        about = "about" if urlsplit(self._url).path else "ws/v1/history/info"
        answer = self._http.send("GET", f"{self._url}/{about}", self._user)
        told = self._http.read_object(answer, "the history server's version")
        return text(child(told, "historyInfo"), "hadoopVersion") or text(told, "hadoop-version")
