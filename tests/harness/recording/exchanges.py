"""One request and its answer, and the files that keep those of one act."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.scripted_server import Answer, Asked


@dataclass(frozen=True)
class Exchange:
    """A request of the client and what Hadoop said; bodies are JSON where they are, else text."""

    method: str
    path: str
    params: Mapping[str, str]
    sent: object
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = ""

    def is_for(self, asked: Asked) -> bool:
        """Whether this is the answer to that request."""
        mine, its = (self.method, self.path, dict(self.params)), (asked.method, asked.path, asked.params)
        return mine == its and (not self.sent or self.sent == json_or_text(asked.body))

    def answer(self) -> Answer:
        """Return the answer as it goes over the wire."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Answer(text.encode(), self.status, dict(self.headers))


def json_or_text(content: bytes) -> object:
    """Return JSON where it is more than a word, so that it can be read in the file, else the text."""
    text = content.decode()
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict | list) else text


def write(file: Path, source: str, exchanges: Iterable[Exchange]) -> None:
    """Keep the exchanges of one act, in the order in which they happened."""
    kept = {"source": source, "exchanges": [_to_json(exchange) for exchange in exchanges]}
    file.write_text(json.dumps(kept, indent=1) + "\n")


def read(file: Path) -> list[Exchange]:
    """Return what `write` kept."""
    return [_from_json(kept) for kept in json.loads(file.read_text())["exchanges"]]


def _to_json(exchange: Exchange) -> Mapping[str, object]:
    request: dict[str, object] = {
        "method": exchange.method,
        "path": exchange.path,
        "params": dict(exchange.params),
    }
    if exchange.sent:
        request["body"] = exchange.sent
    answer = {"status": exchange.status, "headers": dict(exchange.headers), "body": exchange.body}
    return {"request": request, "answer": answer}


def _from_json(kept: Mapping[str, Mapping[str, object]]) -> Exchange:
    request = dict(kept["request"])
    sent = request.pop("body", "")
    return Exchange(**request, sent=sent, **kept["answer"])  # type: ignore[arg-type]
