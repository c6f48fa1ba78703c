"""The few calls to HDFS that prepare it, as its superuser, on the NameNode's own address."""

from pathlib import Path

import requests

from kubeyard_local.problem import Problem

TIMEOUT_SECONDS = 30
SUPERUSER = "kubeyard"


class WebHdfs:
    """HDFS by HTTP."""

    def __init__(self, name_node_url: str) -> None:
        self._base = f"{name_node_url}/webhdfs/v1"

    def exists(self, path: str) -> bool:
        """Whether something lies at this path."""
        params = {"op": "GETFILESTATUS", "user.name": SUPERUSER}
        response = requests.get(self._base + path, params=params, timeout=TIMEOUT_SECONDS)
        if response.status_code not in (200, 404):
            raise Problem(f"HDFS does not answer about {path}: {response.status_code} {response.text[:300]}")
        return response.status_code == 200

    def make_folder(self, path: str, owner: str, mode: str) -> None:
        """Make the folder unless it is there, and give it this owner and these rights."""
        self._put(path, op="MKDIRS")
        self._put(path, op="SETOWNER", owner=owner, group=owner)
        self._put(path, op="SETPERMISSION", permission=mode)

    def upload(self, local: Path, path: str) -> None:
        """Write a file, readable by all: first under another name, so that no reader meets half of it."""
        part = f"{path}._COPYING_"
        redirect = self._put(part, op="CREATE", overwrite="true", noredirect="true")
        with local.open("rb") as stream:
            response = requests.put(redirect.json()["Location"], data=stream, timeout=TIMEOUT_SECONDS)
        if response.status_code != 201:
            raise Problem(f"HDFS did not take {path}: {response.status_code} {response.text[:300]}")
        self._put(part, op="SETPERMISSION", permission="644")
        self._put(part, op="RENAME", destination=path)

    def _put(self, path: str, **params: str) -> requests.Response:
        query = {**params, "user.name": SUPERUSER}
        response = requests.put(self._base + path, params=query, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise Problem(
                f"HDFS refused {params['op']} of {path}: {response.status_code} {response.text[:300]}"
            )
        return response
