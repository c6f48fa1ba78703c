"""The Lab's log: one JSON object a line, without secrets."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# A state in an address is a login's; elsewhere it is that of something, and told to be read.
_SECRETS = re.compile(
    r"(?i)(\b(?:token|code|_xsrf)=|[?&]state=|\b(?:bearer|token) +|xsrf cookie for )(?!\.\.\.)[^\s&\"]+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
)


def without_secrets(text: str) -> str:
    """The text with tokens, codes and the cookie's secret blotted out."""
    return _SECRETS.sub(lambda found: f"{found.group(1) or ''}[secret]", text)


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
