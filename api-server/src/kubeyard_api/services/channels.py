"""Which conda channels can be reached, asked at most once a minute."""

import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
from kubeyard_client.messages.environments import Channel, ChannelList
from rattler import Channel as CondaChannel

from kubeyard_api.builder.log import CREDENTIALS
from kubeyard_api.parts import Parts
from kubeyard_api.storage.base import utc_now

REMEMBERED_SECONDS = 60.0
TIMEOUT_SECONDS = (3, 5)
# Every channel has one of these for packages of no platform.
INDEXES = ("repodata.json.zst", "repodata.json", "repodata_shards.msgpack.zst")
_lock = threading.Lock()
_seen: dict[tuple[str, ...], tuple[float, ChannelList]] = {}


def channels(parts: Parts) -> ChannelList:
    """The channels of this platform; while one request asks them, others wait for its answer."""
    names = parts.settings.conda_channels
    with _lock:
        known = _seen.get(names)
        if known is None or time.monotonic() - known[0] > REMEMBERED_SECONDS:
            known = (time.monotonic(), ChannelList(channels=tuple(_look_at(name) for name in names)))
            _seen[names] = known
    return known[1]


def _look_at(name: str) -> Channel:
    reason = _why_unreachable(CondaChannel(name).base_url.rstrip("/"))
    shown = CREDENTIALS.sub("***@", name)
    return Channel(name=shown, reachable=not reason, reason=reason, checked_at=utc_now())


def _why_unreachable(url: str) -> str:
    address = urlsplit(url)
    if address.scheme == "file":
        folder = Path(unquote(address.path), "noarch")
        there = any((folder / index).is_file() for index in INDEXES)
        return "" if there else "there is no channel in this folder"
    host = address.hostname or url
    try:
        answers = [_status(f"{url}/noarch/{index}") for index in INDEXES[:2]]
    except requests.Timeout:
        return f"{host} does not answer in time"
    except requests.RequestException as error:
        named = "NameResolutionError" in repr(error)
        return f"the name {host} cannot be resolved" if named else f"{host} cannot be reached"
    return "" if 200 in answers else f"{host} answers {answers[0]}: there is no such channel"


def _status(url: str) -> int:
    return requests.head(url, timeout=TIMEOUT_SECONDS, allow_redirects=True).status_code
