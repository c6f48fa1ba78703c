"""Reads the dates in messages cheaply."""

from datetime import UTC, datetime

import jupyter_client.jsonutil

_stock = jupyter_client.jsonutil.parse_date


def parse_date(text: object) -> object:
    """Return the datetime that `text` writes in ISO 8601, or `text` itself."""
    if not isinstance(text, str) or len(text) < 19 or text[4] != "-" or not text[:4].isdigit():
        return text
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _stock(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def install() -> None:
    """Put it in place of jupyter_client's, which guesses each date's format: 30 % of the gateway's time.

    A replacement from outside, because Session calls the module's function and offers no seam for it.
    """
    jupyter_client.jsonutil.parse_date = parse_date
