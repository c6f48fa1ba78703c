"""The part of a ResourceManager's REST interface that a gateway uses; what is submitted runs at once."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Submitted = Callable[[dict[str, str], Callable[[], None]], None]
_METRICS = {"totalMB": 1 << 24, "availableMB": 1 << 23, "pendingMB": 0, "appsPending": 0}


class Manager:
    """Holds the applications; everything that it is asked is counted and told under `/asked`."""

    def __init__(self, port: int, submitted: Submitted) -> None:
        """`submitted` is given each application's environment, and what ends it."""
        self._submitted = submitted
        self._numbers = itertools.count(1)
        self._rows: dict[str, dict[str, Any]] = {}
        self._leases: dict[str, float] = {}
        self._asked = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_for(self))
        self._server.daemon_threads = True

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, method: str, address: str, body: bytes) -> object:
        """Answer one request."""
        parts = urlsplit(address)
        if parts.path == "/asked":
            return self._asked
        self._asked += 1
        path = parts.path.removeprefix("/ws/v1/cluster/").split("/")
        if path[0] == "apps":
            states = parse_qs(parts.query).get("states", [""])[0]
            return self._applications(method, path[1:], states, json.loads(body or b"{}"))
        if path[0] == "metrics":
            return {"clusterMetrics": _METRICS}
        return {"clusterInfo": {"id": 1, "state": "STARTED", "haState": "ACTIVE"}}

    def _applications(self, method: str, path: list[str], states: str, body: dict[str, Any]) -> object:
        match method, path:
            case "POST", ["new-application"]:
                name = f"application_1_{next(self._numbers):04d}"
                return {"application-id": name, "maximum-resource-capability": {"memory": 1 << 20}}
            case "POST", []:
                return self._submit(body)
            case "PUT", [name, "state"]:
                self._rows[name]["state"] = "KILLED"
                return {"state": "KILLED"}
            case "PUT", [name, "timeout"]:
                self._leases[name] = datetime.fromisoformat(body["timeout"]["expiryTime"]).timestamp()
                return {}
            case "GET", [name]:
                return {"app": self._told(name)}
        wanted = set(states.split(","))
        return {
            "apps": {
                "app": [self._told(name) for name, row in list(self._rows.items()) if row["state"] in wanted]
            }
        }

    def _submit(self, context: dict[str, Any]) -> object:
        name, tags = context["application-id"], context["application-tags"]["tag"]
        row = {"id": name, "state": "RUNNING", "finalStatus": "UNDEFINED", "queue": context["queue"]}
        self._rows[name] = row | {"applicationTags": ",".join(tags), "user": "guest"}
        entries = context["am-container-spec"]["environment"]["entry"]
        environment = {entry["key"]: entry["value"] for entry in entries}

        def end() -> None:
            self._rows[name] |= {"state": "FINISHED", "finalStatus": "SUCCEEDED"}

        self._submitted(environment, end)
        return {}

    def _told(self, name: str) -> dict[str, Any]:
        row, expiry = self._rows[name], self._leases.get(name)
        if expiry is None:
            return row
        lease = {"type": "LIFETIME", "expiryTime": "set", "remainingTimeInSeconds": int(expiry - time.time())}
        return {**row, "timeouts": {"timeout": [lease]}}


def _handler_for(manager: Manager) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            content = json.dumps(manager.answer(self.command, self.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Nobody reads it."""

    return Handler
