"""How a service shows that it can be used: each probe answers None when ready, else the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests

TIMEOUT_SECONDS = 2
Beans = list[dict[str, object]]


def fetch(url: str, ca_file: str | None = None, **params: str) -> requests.Response | str:
    """The response, or in words why there is none."""
    try:
        response = requests.get(
            url, params=params, timeout=TIMEOUT_SECONDS, allow_redirects=False, verify=ca_file
        )
    except requests.exceptions.SSLError:
        return "its certificate is not the one that was made for it"
    except requests.Timeout:
        return f"no answer within {TIMEOUT_SECONDS} s"
    except requests.ConnectionError:
        return "nothing listens yet"
    except requests.RequestException as error:
        return type(error).__name__
    return response


@dataclass(frozen=True)
class Answers:
    """Ready once the address answers 200."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    # The authority that its certificate is known by.
    ca_file: str | None = None

    def __call__(self) -> str | None:
        response = fetch(self.url, self.ca_file, **self.params)
        if isinstance(response, str):
            return response
        return None if response.status_code == 200 else _reason(response)


def _reason(response: requests.Response) -> str:
    body = " ".join(response.text.split())[:160]
    return f"answers {response.status_code} {body}".strip()


@dataclass(frozen=True)
class Says:
    """Ready once the JSON at the address satisfies `check`, which returns the reason if it does not."""

    url: str
    check: Callable[[dict[str, object]], str | None]
    params: Mapping[str, str] = field(default_factory=dict)

    def __call__(self) -> str | None:
        response = fetch(self.url, **self.params)
        if isinstance(response, str):
            return response
        if response.status_code != 200:
            return _reason(response)
        try:
            return self.check(response.json())
        except (KeyError, TypeError, IndexError, ValueError):
            return "answers something unexpected"


def always() -> str | None:
    """For a service without an address of its own: it is ready as long as it runs."""
    return None


Probe = Callable[[], str | None]


def name_node_is_active(answer: dict[str, object]) -> str | None:
    state = _bean(answer)["State"]
    return None if state == "active" else f"NameNode is {state}"


def file_system_is_writable(answer: dict[str, object]) -> str | None:
    """The NameNode's view: out of safe mode, with its DataNode."""
    bean = _bean(answer)
    if bean["FSState"] != "Operational":
        return f"HDFS is in {bean['FSState']}"
    return None if bean["NumLiveDataNodes"] == 1 else "no live DataNode"


def resource_manager_is_started(answer: dict[str, object]) -> str | None:
    state = _part(answer, "clusterInfo")["state"]
    return None if state == "STARTED" else f"ResourceManager is {state}"


def a_node_is_active(answer: dict[str, object]) -> str | None:
    nodes = _part(answer, "clusterMetrics")["activeNodes"]
    return None if nodes else "the ResourceManager has no active node"


def _part(answer: dict[str, object], name: str) -> dict[str, object]:
    part = answer[name]
    if not isinstance(part, dict):
        raise TypeError(name)
    return part


def _bean(answer: dict[str, object]) -> dict[str, object]:
    beans = answer["beans"]
    if not isinstance(beans, list):
        raise TypeError("beans")
    bean = beans[0]
    if not isinstance(bean, dict):
        raise TypeError("beans")
    return bean
