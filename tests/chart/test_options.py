"""What each option does to the manifests."""

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it carries no types
from harness import helm
from harness.helm import Manifest
from kubeyard_hub.kubernetes_settings import KubernetesSettings, LabPods
from kubeyard_hub.settings import HubSettings
from kubeyard_web.settings import Settings as WebSettings

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]


def container(manifests: tuple[Manifest, ...], component: str) -> Manifest:
    spec = helm.named(manifests, "Deployment", component)["spec"]["template"]["spec"]
    found: Manifest = spec["containers"][0]
    return found


def environment(manifests: tuple[Manifest, ...], component: str) -> dict[str, Any]:
    return helm.environment(container(manifests, component))


def labs(manifests: tuple[Manifest, ...]) -> LabPods:
    """What the Hub is told of Labs, by the Hub's own reading of it."""
    return LabPods.model_validate(json.loads(helm.named(manifests, "ConfigMap", "labs")["data"]["pods.json"]))


def images(manifests: tuple[Manifest, ...]) -> set[str]:
    every = {one["image"] for spec in helm.pod_specs(manifests).values() for one in helm.containers(spec)}
    return every | {environment(manifests, "hub")["KUBEYARD_LAB_IMAGE"]}


def egress(manifests: tuple[Manifest, ...], component: str) -> list[Manifest]:
    rules: list[Manifest] = helm.named(manifests, "NetworkPolicy", component)["spec"]["egress"]
    return rules


@pytest.mark.parametrize("values", helm.VALUES_FILES, ids=lambda path: path.stem)
def test_every_setting_is_one_that_the_services_know(values: Path) -> None:
    manifests = helm.rendered("--values", str(values))
    specs = helm.pod_specs(manifests).values()
    given = {name for spec in specs for one in helm.containers(spec) for name in helm.environment(one)}
    known = {f"KUBEYARD_{name.upper()}" for each in (WebSettings, HubSettings) for name in each.model_fields}
    known |= {f"KUBEYARD_LAB_{name.upper()}" for name in KubernetesSettings.model_fields}
    assert {name for name in given if name.startswith("KUBEYARD_")} <= known
    assert {"KUBEYARD_ISSUER", "KUBEYARD_LAB_IMAGE", "KUBEYARD_GATEWAY_URL"} <= given


def test_keys_of_others_leave_no_secret_to_make() -> None:
    manifests = helm.with_values("existing-secrets")
    assert [each["metadata"]["name"] for each in manifests if each["kind"] == "Secret"] == []
    spec = helm.named(manifests, "Deployment", "web-ui")["spec"]["template"]["spec"]
    mounted = {one["secret"]["secretName"] for one in spec["volumes"] if "secret" in one}
    # Over the file's own name goes the one that all these renderings are given.
    assert mounted == {"kubeyard-keys", helm.NO_NEW_KEY[1].partition("=")[2], "edge-ca"}


def test_new_keys_are_what_the_services_take() -> None:
    manifests = [
        each for each in yaml.safe_load_all(helm.template("--set", "edge.host=192.0.2.10").stdout) if each
    ]
    keys = helm.named(manifests, "Secret", "keys")
    assert keys["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    decoded = {name: bytes.fromhex(_text(value)) for name, value in keys["data"].items()}
    assert {len(value) for value in decoded.values()} == {32}
    assert len(set(decoded.values())) == len(decoded) == 6
    signing = helm.named(manifests, "Secret", "signing-keys")
    assert _text(signing["data"]["signing-keys"]).startswith("-----BEGIN RSA PRIVATE KEY-----")


def _text(value: str) -> str:
    return base64.b64decode(value).decode()


def test_a_registry_goes_before_every_image() -> None:
    manifests = helm.with_values("registry")
    assert {image.partition("/kubeyard/")[0] for image in images(manifests)} == {"registry.example.org"}
    secrets = [{"name": "registry-credentials"}]
    assert all(spec["imagePullSecrets"] == secrets for spec in helm.pod_specs(manifests).values())
    assert labs(manifests).image_pull_secrets == ["registry-credentials"]


def test_digests_go_before_tags() -> None:
    assert all("@sha256:" in image for image in images(helm.with_values("digests")))


def test_replicas_on_postgresql_are_replaced_one_by_one() -> None:
    manifests = helm.with_values("postgresql")
    web = helm.named(manifests, "Deployment", "web-ui")["spec"]
    assert (web["replicas"], web["strategy"]["rollingUpdate"]["maxUnavailable"]) == (2, 0)
    hook = helm.named(manifests, "Job", "migration")["metadata"]["annotations"]
    assert hook["helm.sh/hook"] == "pre-upgrade"
    assert [each for each in manifests if each["kind"] == "PersistentVolumeClaim"] == []
    database = {"ports": [{"protocol": "TCP", "port": 5432}], "to": [{"ipBlock": {"cidr": "192.0.2.20/32"}}]}
    for component in ("web-ui", "hub", "migration"):
        assert database in egress(manifests, component)


def test_volumes_outlive_the_release() -> None:
    claims = [each for each in helm.with_values("minimal") if each["kind"] == "PersistentVolumeClaim"]
    assert {each["metadata"]["name"] for each in claims} == {"ky-hub", "ky-web-ui"}
    assert {each["metadata"]["annotations"]["helm.sh/resource-policy"] for each in claims} == {"keep"}


def test_a_claim_of_others_is_used_instead() -> None:
    manifests = helm.with_values("volumes")
    claims = [each["metadata"]["name"] for each in manifests if each["kind"] == "PersistentVolumeClaim"]
    assert claims == ["yard-web-ui"]
    hub = helm.pod_specs(manifests)["Deployment/yard-hub"]
    assert {"name": "state", "persistentVolumeClaim": {"claimName": "hub-state"}} in hub["volumes"]


def test_ingress_leads_each_host_to_its_service() -> None:
    manifests = helm.with_values("ingress")
    rules = helm.named(manifests, "Ingress", "")["spec"]["rules"]
    backends = {rule["host"]: rule["http"]["paths"][0]["backend"]["service"]["name"] for rule in rules}
    assert backends == {"kubeyard.example.org": "ky-web-ui", "lab.kubeyard.example.org": "ky-proxy-public"}
    assert environment(manifests, "web-ui")["KUBEYARD_WEB_PROXIES"] == "1"


def test_routes_lead_each_host_to_its_service() -> None:
    manifests = [each for each in helm.with_values("gateway-api") if each["kind"] == "HTTPRoute"]
    backends = {
        route["spec"]["hostnames"][0]: route["spec"]["rules"][0]["backendRefs"][0]["name"]
        for route in manifests
    }
    assert backends == {"kubeyard.example.org": "ky-web-ui", "lab.kubeyard.example.org": "ky-proxy-public"}


def test_the_edge_is_one_address_everywhere() -> None:
    manifests = helm.with_values("edge-tls")
    assert environment(manifests, "web-ui")["KUBEYARD_API_URL"] == "https://edge.example.org:5000"
    assert environment(manifests, "hub")["KUBEYARD_GATEWAY_URL"] == "https://edge.example.org:8888"
    for component, port in (("web-ui", 5000), ("lab", 8888)):
        rule = {"ports": [{"protocol": "TCP", "port": port}], "to": [{"ipBlock": {"cidr": "192.0.2.10/32"}}]}
        assert rule in egress(manifests, component)
    check = next(each for each in manifests if each["metadata"]["name"] == "ky-test-edge")["spec"][
        "containers"
    ][0]
    assert [argument.partition("/healthz")[0] for argument in check["args"]] == [
        "https://edge.example.org:5000",
        "https://edge.example.org:8888",
    ]


def test_the_edges_authority_reaches_whoever_calls_it() -> None:
    manifests = helm.with_values("edge-tls")
    assert "BEGIN CERTIFICATE" in helm.named(manifests, "Secret", "edge-ca")["stringData"]["ca.crt"]
    assert environment(manifests, "hub")["KUBEYARD_LAB_GATEWAY_CA_SECRET"] == "ky-edge-ca"
    assert environment(manifests, "web-ui")["REQUESTS_CA_BUNDLE"] == "/etc/kubeyard/edge-ca/ca.crt"


def test_profiles_reach_the_hub_and_their_images_the_nodes() -> None:
    manifests = helm.with_values("profiles")
    assert [each.slug for each in labs(manifests).profiles] == ["small", "large", "geo"]
    puller = helm.pod_specs(manifests)["DaemonSet/ky-image-puller"]
    assert [each["image"] for each in puller["initContainers"]] == [
        "kubeyard/lab:0.1.0",
        "registry.example.org/lab-old:1",
        "registry.example.org/lab-geo:1",
    ]


def test_placement_reaches_pods_and_labs() -> None:
    manifests = helm.with_values("placement")
    specs = helm.pod_specs(manifests)
    assert specs["Deployment/ky-web-ui"]["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert specs["Deployment/ky-hub"]["affinity"]["nodeAffinity"]
    assert specs["Deployment/ky-web-ui"]["serviceAccountName"] == "web"
    assert "lifecycle" not in container(manifests, "proxy")
    made = labs(manifests)
    assert made.node_selector == {"example.org/pool": "labs"}
    assert made.extra_resource_limits == {"example.org/gpu": "1"}
    assert made.extra_labels == {"team": "data", "app.kubernetes.io/instance": "ky"}
    assert made.storage_extra_labels == {"app.kubernetes.io/instance": "ky"}
    assert [volume["name"] for volume in made.volumes] == ["data"]
    assert made.service_account == "ky-lab"


def test_culling_is_by_the_three_numbers() -> None:
    names = ("KUBEYARD_HUB_IDLE_SECONDS", "KUBEYARD_HUB_IDLE_CHECK_SECONDS", "KUBEYARD_HUB_LAB_MOST_SECONDS")
    given = {file: environment(helm.with_values(file), "hub") for file in ("culling", "no-culling")}
    assert [given["culling"][name] for name in names] == ["900", "60", "43200"]
    assert [given["no-culling"][name] for name in names] == ["0", "600", "0"]


def test_the_way_out_is_the_proxy_alone() -> None:
    manifests = helm.with_values("egress-proxy")
    given = labs(manifests).environment
    assert given["HTTPS_PROXY"] == given["https_proxy"] == "http://proxy.example.org:3128"
    assert {"ky-hub", "ky-web-ui", "192.0.2.10", ".example.org"} <= set(given["NO_PROXY"].split(","))
    assert {"ports": [{"protocol": "TCP", "port": 3128}]} in egress(manifests, "lab")
    assert "0.0.0.0/0" not in json.dumps(egress(manifests, "lab"))


def test_authorities_reach_web_ui_and_labs() -> None:
    manifests = helm.with_values("extra-ca")
    assert environment(manifests, "web-ui")["REQUESTS_CA_BUNDLE"] == "/etc/kubeyard/extra-ca/ca.crt"
    made = labs(manifests)
    assert made.environment["SSL_CERT_FILE"] == "/etc/kubeyard/extra-ca/ca.crt"
    assert made.volumes[0]["configMap"]["items"] == [{"key": "bundle.pem", "path": "ca.crt"}]


def test_labs_reach_the_internet_but_no_private_network() -> None:
    peers = [peer for rule in egress(helm.with_values("minimal"), "lab") for peer in rule["to"]]
    blocks = [peer["ipBlock"] for peer in peers if "ipBlock" in peer]
    world = next(block for block in blocks if block["cidr"] == "0.0.0.0/0")
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32"} == set(world["except"])


def test_prometheus_is_told_of_every_part_and_let_in(tmp_path: Path) -> None:
    manifests = helm.with_values("service-monitor")
    told = {
        each["metadata"]["name"]: (each["spec"]["selector"]["matchLabels"], each["spec"]["endpoints"][0])
        for each in manifests
        if each["kind"] == "ServiceMonitor"
    }
    assert set(told) == {"ky-web-ui", "ky-hub", "ky-proxy"}
    services = [each for each in manifests if each["kind"] == "Service"]
    for labels, endpoint in told.values():
        chosen = [each for each in services if labels.items() <= each["metadata"]["labels"].items()]
        assert endpoint["port"] in {port["name"] for each in chosen for port in each["spec"]["ports"]}
    credentials = told["ky-hub"][1]["authorization"]["credentials"]
    assert _text(helm.named(manifests, "Secret", "metrics")["data"][credentials["key"]])
    assert environment(manifests, "hub")["KUBEYARD_HUB_METRICS_TOKEN_FILE"].startswith(
        "/etc/kubeyard/metrics/"
    )
    assert "--metrics-port=8002" in container(manifests, "proxy")["args"]
    for component, port in (("hub", "http"), ("proxy", "metrics")):
        rules = helm.named(manifests, "NetworkPolicy", component)["spec"]["ingress"]
        opened = next(rule for rule in rules if "observability" in json.dumps(rule))
        assert opened["ports"] == [{"protocol": "TCP", "port": port}]


def test_without_prometheus_nothing_is_opened() -> None:
    text = helm.rendered_text("--set", "edge.host=192.0.2.10")
    assert [
        word for word in ("metrics-port", "METRICS_TOKEN", "ServiceMonitor", "monitoring") if word in text
    ] == []


def test_a_token_of_others_is_used_instead() -> None:
    options = ("monitoring.serviceMonitor.enabled=true", "monitoring.serviceMonitor.existingSecret=numbers")
    manifests = helm.rendered("--set", "edge.host=192.0.2.10", "--set", ",".join(options))
    assert not [each for each in manifests if each["metadata"]["name"] == "ky-metrics"]
    spec = helm.named(manifests, "Deployment", "hub")["spec"]["template"]["spec"]
    mounted = {one["secret"]["secretName"] for one in spec["volumes"] if "secret" in one}
    assert "numbers" in mounted


def test_a_new_version_of_the_chart_replaces_no_pod_by_itself(tmp_path: Path) -> None:
    newer = tmp_path / "kubeyard"
    shutil.copytree(helm.CHART, newer)
    about = newer / "Chart.yaml"
    about.write_text(about.read_text().replace("version: 0.1.0", "version: 0.1.1", 1))
    options = ("--set", "edge.host=192.0.2.10", *helm.NO_NEW_KEY)
    both = []
    for chart in (helm.CHART, newer):
        manifests = [each for each in yaml.safe_load_all(helm.template(*options, chart=chart).stdout) if each]
        both.append({name: helm.named(manifests, "Deployment", name) for name in ("proxy", "hub", "web-ui")})
    for name in both[0]:
        assert both[0][name]["spec"] == both[1][name]["spec"]
        assert both[0][name]["metadata"]["labels"] != both[1][name]["metadata"]["labels"]
