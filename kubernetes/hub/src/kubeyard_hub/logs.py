"""The Hub's log: one JSON object a line, without secrets."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from traitlets.config import Config

from kubeyard_hub.settings import HubSettings

# A state in an address is a login's, unless it is one of those by which the Hub's own API lists servers.
_IN_QUERY = re.compile(
    r"(?i)(\b(?:access_|refresh_|id_)?token|\bcode|\bclient_secret|\bcode_verifier|\b_xsrf|(?<=[?&])state"
    r"(?!=(?:active|inactive|ready)\b))=[^&\s\"']+"
)
_IN_HEADER = re.compile(
    r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|token|basic)|bearer)\s+[^\s\"',]+"
)
# A pod that Kubernetes refuses is logged whole, with the token in its environment.
_IN_A_POD = re.compile(r"((?:API_TOKEN|CLIENT_SECRET)['\"],\s*['\"]value['\"]:\s*['\"])[^'\"]+")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+")


def without_secrets(text: str) -> str:
    """The text with tokens, codes and authorization headers blotted out."""
    text = _IN_QUERY.sub(r"\1=[secret]", text)
    text = _IN_HEADER.sub(r"\1 [secret]", text)
    text = _IN_A_POD.sub(r"\1[secret]", text)
    return _JWT.sub("[secret]", text)


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's time, level, logger and scrubbed message."""
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line)


def configure_logs(config: Config, settings: HubSettings) -> None:
    """Replace the application's console format."""
    config.Application.log_level = settings.log_level
    config.Application.logging_config = {
        "formatters": {"console": {"class": f"{__name__}.{JsonFormatter.__name__}"}},
        "handlers": {"console": {"stream": "ext://sys.stdout"}},
    }
