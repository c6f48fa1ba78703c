"""Wrong values are refused with the key's name, before anything reaches a cluster."""

import pytest
from harness import helm

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]
EDGE = "edge.host=192.0.2.10"

WRONG = {
    "edge.host is not set": [],
    "/edge/apiPort": ["edge.apiPort=70000"],
    "/edge/cidr": ["edge.cidr=nonsense"],
    "edge.cidr is not set": ["edge.host=edge.example.org"],
    "/hub": ["hub.extraConfig=anything"],
    "'proxyy'": ["proxyy.service=anything"],
    "/webUI/url": ["webUI.url=kubeyard.example.org"],
    "webUI.url is http://192.0.2.30:5000: passwords could be read": ["webUI.url=http://192.0.2.30:5000"],
    "/webUI/image/digest": ["webUI.image.digest=sha256:short"],
    "/database/type": ["webUI.replicas=2"],
    "/singleuser/memory/limit": ["singleuser.memory.limit=2Gi"],
    "/singleuser/profileList/0": ["singleuser.profileList[0].slug=Big"],
    "/cull/timeout": ["cull.timeout=often"],
    "database.webUI.url is not set": ["database.type=postgresql"],
    "/database/hub/url": ["database.hub.url=mysql://host/name"],
    "webUI.url is http://127.0.0.1:5000": ["ingress.enabled=true"],
    "webUI.url and hub.url both name the host one.example.org": [
        "httpRoute.enabled=true",
        "webUI.url=https://one.example.org",
        "hub.url=https://one.example.org:8000",
    ],
}


@pytest.mark.parametrize("named", WRONG)
def test_wrong_value_is_refused_by_name(named: str) -> None:
    values = WRONG[named]
    host = [] if not values or values[0].startswith("edge.host") else [EDGE]
    options = [part for value in (*host, *values) for part in ("--set", value)]
    result = helm.template(*helm.NO_NEW_KEY, *options)
    assert result.returncode != 0
    assert named in result.stderr


def test_an_old_kubernetes_is_refused() -> None:
    result = helm.template("--set", EDGE, "--kube-version", "1.29.0")
    assert result.returncode != 0
    assert "kubeVersion: >=1.30" in result.stderr
