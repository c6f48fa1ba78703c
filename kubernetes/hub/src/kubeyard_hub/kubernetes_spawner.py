"""Labs as pods: KubeSpawner's settings."""

from typing import Any

from traitlets.config import Config

from kubeyard_hub.kubernetes_settings import KubernetesSettings, LabPods

# Names are safe by construction and remembered, so that a change of scheme never loses a volume.
_SLUG = "safe"
# The account of our images.
_UID = 10001
GATEWAY_CA_FOLDER = "/etc/kubeyard/gateway"
HOME = "/home/lab"
_TEMPORARY = "/tmp"  # noqa: S108  the container's own, and nobody else's


def configure_kubernetes_labs(config: Config, settings: KubernetesSettings) -> None:
    """Run each Lab as a pod that the restricted Pod Security profile accepts."""
    config.JupyterHub.spawner_class = "kubeyard_hub.kubernetes_labs.KubernetesLab"
    lab, pods = config.KubeSpawner, settings.pods()
    lab.namespace = settings.namespace
    lab.image = settings.image
    lab.image_pull_policy = settings.image_pull_policy
    named = [name.strip() for name in settings.image_pull_secret.split(",") if name.strip()]
    lab.image_pull_secrets = [*named, *pods.image_pull_secrets]
    lab.cmd = ["jupyterhub-singleuser"]
    lab.slug_scheme = _SLUG
    lab.pod_name_template = "lab-{user_server}"
    lab.common_labels = {"app.kubernetes.io/name": "kubeyard", "app.kubernetes.io/managed-by": "kubeyard-hub"}
    lab.component_label = "lab"
    lab.mem_limit, lab.mem_guarantee = settings.memory_limit, settings.memory_guarantee
    lab.cpu_limit, lab.cpu_guarantee = settings.cpu_limit, settings.cpu_guarantee
    # Our own page tells how long it takes.
    lab.slow_spawn_message_threshold = 0
    _configure_security(lab)
    _configure_volumes(lab, settings, pods)
    _configure_pods(lab, pods)
    # Only a home and a temporary folder can be written to.
    config.Spawner.environment |= {"HOME": HOME, "JUPYTER_RUNTIME_DIR": f"{_TEMPORARY}/jupyter"}
    config.Spawner.environment |= pods.environment
    if settings.gateway_ca_secret:
        config.Spawner.environment["JUPYTER_GATEWAY_CA_CERTS"] = f"{GATEWAY_CA_FOLDER}/ca.crt"


def _configure_security(lab: Any) -> None:
    """Nothing of a Lab needs a privilege, or the cluster's own interface."""
    lab.automount_service_account_token = False
    lab.allow_privilege_escalation = False
    lab.uid = lab.gid = lab.fs_gid = _UID
    # Without it each start walks through every file of a home.
    lab.pod_security_context = {"fsGroupChangePolicy": "OnRootMismatch"}
    lab.container_security_context = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    # A Lab told to stop while its gateway is away would hang: the grace period bounds it.
    lab.delete_grace_period = 10
    lab.extra_pod_config = {"terminationGracePeriodSeconds": 10, "enableServiceLinks": False}


def _configure_volumes(lab: Any, settings: KubernetesSettings, pods: LabPods) -> None:
    """A home that is never deleted with its Lab."""
    lab.storage_pvc_ensure = True
    lab.pvc_name_template = "home-{user_server}"
    lab.remember_pvc_name = True
    lab.delete_pvc = False
    lab.storage_capacity = settings.storage_capacity
    if settings.storage_class:
        lab.storage_class = settings.storage_class
    lab.storage_access_modes = ["ReadWriteOnce"]
    lab.notebook_dir = lab.working_dir = HOME
    lab.volumes = [
        {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
        *pods.volumes,
    ]
    lab.volume_mounts = [
        {"name": "home", "mountPath": HOME},
        {"name": "tmp", "mountPath": _TEMPORARY},
        *pods.volume_mounts,
    ]
    if settings.gateway_ca_secret:
        lab.volumes.append({"name": "gateway-ca", "secret": {"secretName": settings.gateway_ca_secret}})
        lab.volume_mounts.append({"name": "gateway-ca", "mountPath": GATEWAY_CA_FOLDER, "readOnly": True})


def _configure_pods(lab: Any, pods: LabPods) -> None:
    """What the file says, by KubeSpawner's own names; what it leaves out stays KubeSpawner's."""
    elsewhere = {"profiles", "environment", "volumes", "volume_mounts", "image_pull_secrets"}
    for name, value in pods.model_dump(exclude=elsewhere).items():
        if value:
            setattr(lab, name, value)
    lab.profile_list = [profile.model_dump() for profile in pods.profiles]
