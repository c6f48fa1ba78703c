"""What the administrators' page asks of Kubernetes, and what it says where that is not told, or not all."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.tls import context_of, make_certificate
from harness.web_ui import running_web_ui
from kubeyard_web.platform import kubernetes as platform_kubernetes
from kubeyard_web.platform.kubernetes import MOST, PAGE, Kubernetes, KubernetesAway

FAILED_MOUNT = {"reason": "FailedMount", "message": "x", "involvedObject": {"uid": "uid-hub-0"}}
Row = dict[str, Any]


def pod(number: int, component: str = "hub") -> Row:
    labels = {"app.kubernetes.io/component": component}
    ready = {"ready": True, "restartCount": 0, "state": {"running": {}}}
    return {
        "metadata": {"name": f"{component}-{number}", "uid": f"uid-{component}-{number}", "labels": labels},
        "status": {"phase": "Running", "containerStatuses": [ready]},
    }


class Api:
    """As much of Kubernetes' API as is asked: two pods and a warning, or pods without an end."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.server = ScriptedServer(self._answer, tls)
        self.status = 200
        self.is_endless = False

    def _answer(self, asked: Asked) -> Answer:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if self.status != 200 or headers.get("authorization") != "Bearer a-token":
            return as_json({"message": "no"}, status=self.status if self.status != 200 else 401)
        begun = int(asked.params.get("continue", 0))
        match asked.path.removeprefix("/api/v1/namespaces/here/"):
            case "pods" if self.is_endless:
                assert int(asked.params["limit"]) == PAGE
                rows = [pod(begun + each, "lab") for each in range(PAGE)]
                return as_json({"items": rows, "metadata": {"continue": str(begun + PAGE)}})
            case "pods":
                assert asked.params["labelSelector"] == "app.kubernetes.io/name=kubeyard"
                return as_json({"items": [pod(begun)], "metadata": {} if begun else {"continue": "1"}})
            case "events":
                assert asked.params["fieldSelector"] == "type=Warning"
                return as_json({"items": [FAILED_MOUNT]})
        return Answer(status=404)


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """A folder as Kubernetes mounts it into a pod."""
    folder = tmp_path / "account"
    folder.mkdir()
    for name, text in (("namespace", "here"), ("token", "a-token\n"), ("ca.crt", "")):
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    with api.server:
        yield api


@pytest.fixture
def cluster(api: Api, account: Path) -> Kubernetes:
    return Kubernetes(api.server.url, account)


def test_kubernetes_is_asked_by_the_pods_own_account(cluster: Kubernetes) -> None:
    pods, warnings = cluster.pods(), cluster.warnings()
    assert [one["metadata"]["name"] for one in pods.items] == ["hub-0", "hub-1"]
    assert json.dumps(warnings.items) == json.dumps([FAILED_MOUNT])
    assert not pods.is_cut
    assert not warnings.is_cut


def test_pods_without_an_end_are_cut(cluster: Kubernetes, api: Api) -> None:
    api.is_endless = True

    pods = cluster.pods()

    assert pods.is_cut
    assert [one["metadata"]["name"] for one in pods.items] == [f"lab-{each}" for each in range(MOST)]


def test_list_that_takes_too_long_is_cut_where_it_is(api: Api, account: Path) -> None:
    api.is_endless = True

    pods = Kubernetes(api.server.url, account, most_seconds=0).pods()

    assert pods.is_cut
    assert len(pods.items) == PAGE


def test_missing_right_is_told_with_the_charts_value(cluster: Kubernetes, api: Api) -> None:
    api.status = 403
    with pytest.raises(KubernetesAway, match=r"may not list pods\. Install the chart with rbac\.create on"):
        cluster.pods()


@pytest.mark.parametrize("name", ["namespace", "token", "ca.crt"])
def test_file_of_the_account_that_is_gone_is_named(account: Path, name: str) -> None:
    (account / name).unlink()
    with pytest.raises(KubernetesAway, match=rf"/account/{name} .*\(No such file or directory\)") as away:
        Kubernetes("https://127.0.0.1:9", account).pods()
    assert "cidr" not in str(away.value)


def test_api_out_of_reach_is_told_with_the_charts_values(account: Path) -> None:
    with pytest.raises(KubernetesAway, match=r"does not answer .* kubernetesAPI\.cidr"):
        Kubernetes("http://127.0.0.1:9", account).pods()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificate(folder, "127.0.0.1")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("authority", ["", "no certificate", None])
def test_strange_certificate_is_told_as_that(
    account: Path, certificates: Path, authority: str | None
) -> None:
    make_certificate(account / "other", "127.0.0.1")
    another = (account / "other" / "ca.crt").read_text()
    (account / "ca.crt").write_text(another if authority is None else authority)
    with Api(context_of(certificates)).server as server:
        with pytest.raises(KubernetesAway, match=r"shows no certificate that .*/ca\.crt vouches for") as away:
            Kubernetes(server.url, account).pods()
        assert "cidr" not in str(away.value)


@pytest.mark.slow
def test_page_says_where_it_looks_at_the_first_ones_only(
    tmp_path: Path, account: Path, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (account / "ca.crt").write_bytes((certificates / "ca.crt").read_bytes())
    api = Api(context_of(certificates))
    monkeypatch.setattr(platform_kubernetes, "ACCOUNT", account)
    with api.server as server, running_web_ui(tmp_path / "web") as web:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", server.url.rpartition(":")[2])
        web.add_user("grace", is_admin=True)
        grace = web.browser_of("grace")
        assert "were looked at" not in _pods(grace.get("/health").text)
        api.is_endless = True
        told = _pods(grace.get("/health").text)
    assert "Only the first 5,000 pods were looked at: there are more." in told
    assert "5,000 Labs without trouble" in told
    assert "Only Labs are here." in told


def _pods(page: str) -> str:
    title = BeautifulSoup(page, "html.parser").find(id="pods-title")
    assert title
    card = title.find_parent("section")
    return " ".join(card.get_text(" ").split()) if card else ""
