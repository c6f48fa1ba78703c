"""Labs as pods: KubeSpawner's settings."""

from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from traitlets.config import Config

# Names are safe by construction and remembered, so that a change of scheme never loses a volume.
_SLUG = "safe"
_UID = 1000
GATEWAY_CA_FOLDER = "/etc/kubeyard/gateway"


class KubernetesSettings(BaseSettings):
    """The settings of Labs on Kubernetes, read from KUBEYARD_LAB_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="KUBEYARD_LAB_", frozen=True)

    namespace: str = "kubeyard"
    image: str = Field(description="The Lab's image, by tag or digest")
    image_pull_policy: str = "IfNotPresent"
    image_pull_secret: str = ""
    storage_class: str = Field("", description="Empty is the cluster's default")
    storage_capacity: str = "10Gi"
    memory_limit: str = "2G"
    memory_guarantee: str = "512M"
    cpu_limit: float = 2.0
    cpu_guarantee: float = 0.1
    gateway_ca_secret: str = Field("", description="A Secret with ca.crt for the gateway's certificate")


def configure_kubernetes_labs(config: Config, settings: KubernetesSettings) -> None:
    """Run each Lab as a pod that the restricted Pod Security profile accepts."""
    config.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    lab = config.KubeSpawner
    lab.namespace = settings.namespace
    lab.image = settings.image
    lab.image_pull_policy = settings.image_pull_policy
    lab.image_pull_secrets = [settings.image_pull_secret] if settings.image_pull_secret else []
    lab.cmd = ["jupyterhub-singleuser"]
    lab.slug_scheme = _SLUG
    lab.pod_name_template = "lab-{user_server}"
    lab.common_labels = {"app.kubernetes.io/name": "kubeyard", "app.kubernetes.io/managed-by": "kubeyard-hub"}
    lab.component_label = "lab"
    lab.mem_limit, lab.mem_guarantee = settings.memory_limit, settings.memory_guarantee
    lab.cpu_limit, lab.cpu_guarantee = settings.cpu_limit, settings.cpu_guarantee
    _configure_security(lab)
    _configure_volumes(lab, settings)
    if settings.gateway_ca_secret:
        config.Spawner.environment["JUPYTER_GATEWAY_CA_CERTS"] = f"{GATEWAY_CA_FOLDER}/ca.crt"


def _configure_security(lab: Any) -> None:
    """Nothing of a Lab needs a privilege, or the cluster's own interface."""
    lab.automount_service_account_token = False
    lab.allow_privilege_escalation = False
    lab.uid = lab.gid = lab.fs_gid = _UID
    lab.container_security_context = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    # A Lab told to stop while its gateway is away would hang: the grace period bounds it.
    lab.delete_grace_period = 10
    lab.extra_pod_config = {"terminationGracePeriodSeconds": 10, "enableServiceLinks": False}


def _configure_volumes(lab: Any, settings: KubernetesSettings) -> None:
    """A home that is never deleted with its Lab."""
    lab.storage_pvc_ensure = True
    lab.pvc_name_template = "home-{user_server}"
    lab.remember_pvc_name = True
    lab.delete_pvc = False
    lab.storage_capacity = settings.storage_capacity
    if settings.storage_class:
        lab.storage_class = settings.storage_class
    lab.storage_access_modes = ["ReadWriteOnce"]
    lab.notebook_dir = lab.working_dir = "/home/lab"
    lab.volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}]
    lab.volume_mounts = [{"name": "home", "mountPath": "/home/lab"}]
    if settings.gateway_ca_secret:
        lab.volumes.append({"name": "gateway-ca", "secret": {"secretName": settings.gateway_ca_secret}})
        lab.volume_mounts.append({"name": "gateway-ca", "mountPath": GATEWAY_CA_FOLDER, "readOnly": True})
