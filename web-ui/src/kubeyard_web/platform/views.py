"""The page, and its part that is asked for anew while it is open."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from flask import Blueprint, render_template
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.platform import Platform

from kubeyard_web.access import admins_only
from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import Known, ask
from kubeyard_web.backend.refusals import NOT_BELIEVED, UNAUTHORIZED
from kubeyard_web.platform.edge import edge_parts
from kubeyard_web.platform.hub import hub_part, proxy_part
from kubeyard_web.platform.kubernetes import Kubernetes, KubernetesAway, this_cluster
from kubeyard_web.platform.own import own_parts
from kubeyard_web.platform.parts import Part
from kubeyard_web.platform.pods import LAB, Pod, pods_in_words
from kubeyard_web.services import services

blueprint = Blueprint("platform", __name__, url_prefix="/health")


@blueprint.get("")
@admins_only
def page() -> str:
    """Every part, and what is the matter with it."""
    return render_template("platform/page.html", **_facts())


@blueprint.get("/parts")
@admins_only
def parts() -> str:
    """The parts alone, for a page that is open."""
    return render_template("platform/_parts.html", **_facts())


def _facts() -> dict[str, object]:
    settings, cluster = services().settings, this_cluster()
    with ThreadPoolExecutor(3) as pool:
        hub = pool.submit(hub_part, settings.hub_api_url)
        proxy = pool.submit(proxy_part, settings.proxy_url or settings.hub_url)
        pods = pool.submit(_pods, cluster) if cluster else None
        known = _ask_edge()
        here = [*own_parts(services()), hub.result(), proxy.result()]
        groups = {"Web UI and JupyterHub": here, "Edge node and Hadoop": edge_parts(known, settings.api_url)}
        found = pods.result() if pods else Pods()
    everything: list[Part] = [part for group in groups.values() for part in group]
    bad = [part for part in everything if part.state.tone == "bad"]
    return {
        "groups": groups,
        "failing": bad,
        "on_kubernetes": cluster is not None,
        "pods": found,
    }


def _ask_edge() -> Known[Platform]:
    """A refusal is a finding too: the edge lacks our keys, or its clock differs."""
    try:
        return ask("platform", api().show_platform)
    except ApiError as error:
        believed = f"{NOT_BELIEVED} " if error.status == UNAUTHORIZED else ""
        return Known(None, problem=f"{believed}It says: {error.detail}")


@dataclass(frozen=True)
class Pods:
    """The platform's own pods and those Labs that are in trouble; how many Labs are fine; what went wrong."""

    shown: Sequence[Pod] = ()
    fine_labs: int = 0
    problem: str = ""
    # What there was more of than is looked at, with how many were.
    cut: Mapping[str, int] = field(default_factory=dict)


def _pods(cluster: Kubernetes) -> Pods:
    try:
        pods, warnings = cluster.pods(), cluster.warnings()
    except KubernetesAway as error:
        return Pods(problem=str(error))
    found = pods_in_words(pods.items, warnings.items)
    fine = {pod.name for pod in found if pod.component == LAB and pod.is_fine}
    cut = {name: len(each.items) for name, each in (("pods", pods), ("warnings", warnings)) if each.is_cut}
    return Pods([pod for pod in found if pod.name not in fine], len(fine), cut=cut)
