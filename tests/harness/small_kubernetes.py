"""As much of Kubernetes' API as starting a Lab takes: pods, claims and events, kept in memory."""

import json
import re
import threading
from typing import Any

from harness.scripted_server import Answer, Asked, as_json

_PATH = re.compile(r"/api/v1/namespaces/([^/]+)/([a-z]+)(?:/([^/]+))?$")
# A watch is answered after this long by what there is, and is then asked for anew.
_WATCH_SECONDS = 0.1
Object = dict[str, Any]


class SmallKubernetes:
    """The script of a ScriptedServer; remembers which right each request needed.

    Every pod of it is this machine.
    """

    def __init__(self, claims_are_used_up: bool = False) -> None:
        self.used: set[tuple[str, str]] = set()
        self._claims_are_used_up = claims_are_used_up
        self._objects: dict[tuple[str, str], Object] = {}
        self._pause = threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        found = _PATH.match(asked.path)
        assert found, asked.path
        namespace, kind, name = found.groups()
        verb = self._verb(asked, name)
        self.used.add((kind, verb))
        match verb:
            case "create":
                return self._create(kind, namespace, json.loads(asked.body))
            case "delete":
                return as_json(self._objects.pop((kind, name), {}))
            case "get":
                one = self._objects.get((kind, name))
                return as_json(one) if one else as_json({"reason": "NotFound"}, 404)
            case "watch":
                self._pause.wait(_WATCH_SECONDS)
                return Answer(b"", headers={"Content-Type": "application/json"})
        items = [one for (of, _), one in self._objects.items() if of == kind]
        return as_json({"kind": "List", "metadata": {"resourceVersion": "1"}, "items": items})

    def _verb(self, asked: Asked, name: str | None) -> str:
        if asked.method == "GET":
            return "watch" if asked.params.get("watch") else "get" if name else "list"
        return {"POST": "create", "DELETE": "delete"}[asked.method]

    def _create(self, kind: str, namespace: str, made: Object) -> Answer:
        if kind == "persistentvolumeclaims" and self._claims_are_used_up:
            return as_json({"reason": "Forbidden", "message": "exceeded quota"}, 403)
        name = made["metadata"]["name"]
        made["metadata"] |= {"namespace": namespace, "uid": f"uid-of-{name}"}
        container = {"name": "notebook", "image": "lab:1", "imageID": "", "restartCount": 0, "ready": True}
        statuses = [container | {"state": {"running": {}}}]
        made["status"] = {"phase": "Running", "podIP": "127.0.0.1", "containerStatuses": statuses}
        self._objects[kind, name] = made
        return as_json(made, 201)

    def has_claim(self, name: str) -> None:
        """A user's home, made earlier."""
        self._objects["persistentvolumeclaims", name] = {"metadata": {"name": name}}
