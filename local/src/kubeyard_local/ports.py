"""The ports of the platform: their defaults, and how the environment moves them."""

from collections.abc import Mapping

from kubeyard_local.problem import Problem

DEFAULTS: Mapping[str, int] = {
    "WEB": 5000,
    "API": 5050,
    "HUB": 8000,
    "HUB_INTERNAL": 8081,
    "PROXY_API": 8001,
    "GATEWAY": 8888,
    "GATEWAY_RESPONSE": 8877,
    "NAMENODE": 8020,
    "NAMENODE_HTTP": 9870,
    "DATANODE": 9866,
    "DATANODE_HTTP": 9864,
    "DATANODE_IPC": 9867,
    "RM": 8088,
    "RM_CLIENT": 8032,
    "RM_SCHEDULER": 8030,
    "RM_TRACKER": 8031,
    "RM_ADMIN": 8033,
    "NM": 8041,
    "NM_LOCALIZER": 8040,
    "NM_HTTP": 8042,
    "NM_COLLECTOR": 8048,
    "HISTORY": 10020,
    "HISTORY_ADMIN": 10033,
    "HISTORY_HTTP": 19888,
    "HTTPFS": 14000,
}

OPENED_IN_BROWSERS = ("WEB", "HUB")

# The "bad ports" of https://fetch.spec.whatwg.org/#port-blocking, from 1024 up.
REFUSED_BY_BROWSERS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080}
    | set(range(6665, 6670))
)


def resolve(environment: Mapping[str, str]) -> dict[str, int]:
    """Every port by its name: KUBEYARD_PORT_<NAME>, or else its default moved by KUBEYARD_PORT_OFFSET.

    Raises Problem naming every setting that makes no usable port.
    """
    reasons: list[str] = []
    offset = _number(environment, "KUBEYARD_PORT_OFFSET", 0, reasons)
    ports = {
        name: _number(environment, f"KUBEYARD_PORT_{name}", default + offset, reasons)
        for name, default in DEFAULTS.items()
    }
    reasons.extend(_unusable(ports))
    if reasons:
        raise Problem(*reasons)
    return ports


def _number(environment: Mapping[str, str], setting: str, default: int, reasons: list[str]) -> int:
    text = environment.get(setting, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        reasons.append(f"{setting} is {text!r}, which is no number. Set it to a whole number.")
        return default


def _unusable(ports: Mapping[str, int]) -> list[str]:
    reasons = []
    names: dict[int, str] = {}
    for name, port in ports.items():
        if not 1024 <= port <= 65535:
            reasons.append(
                f"Port {port} for {name} is outside 1024..65535. Choose KUBEYARD_PORT_{name} or "
                "KUBEYARD_PORT_OFFSET accordingly."
            )
        if port in names:
            reasons.append(
                f"Port {port} is given to both {names[port]} and {name}. Choose another KUBEYARD_PORT_{name}."
            )
        names[port] = name
    return reasons + [_refused(name, ports[name]) for name in OPENED_IN_BROWSERS if _is_refused(ports[name])]


def _is_refused(port: int) -> bool:
    return port in REFUSED_BY_BROWSERS


def _refused(name: str, port: int) -> str:
    return (
        f"Port {port} for {name} is one that browsers refuse to open. Choose another KUBEYARD_PORT_{name} or "
        "KUBEYARD_PORT_OFFSET."
    )
