"""What Labs on Kubernetes are told: a variable for what every cluster sets, a file for what few do."""

import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Of a profile, and nothing beyond: what a Lab may do is decided for all of them, in one place.
_OVERRIDES = frozenset(
    {
        "image",
        "image_pull_policy",
        "mem_limit",
        "mem_guarantee",
        "cpu_limit",
        "cpu_guarantee",
        "extra_resource_limits",
        "extra_resource_guarantees",
        "environment",
        "node_selector",
        "tolerations",
        "priority_class_name",
        "start_timeout",
    }
)


class Profile(BaseModel):
    """One choice of a Lab's size or image, as KubeSpawner and Zero to JupyterHub write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    display_name: str = Field(min_length=1, max_length=100)
    description: str = ""
    default: bool = False
    kubespawner_override: dict[str, Any] = Field(default_factory=dict)

    @field_validator("kubespawner_override")
    @classmethod
    def _only_what_a_profile_may_change(cls, overrides: dict[str, Any]) -> dict[str, Any]:
        if wrong := sorted(set(overrides) - _OVERRIDES):
            allowed = ", ".join(sorted(_OVERRIDES))
            raise ValueError(f"{', '.join(wrong)} cannot be changed by a profile; it may set {allowed}")
        return overrides


class LabPods(BaseModel):
    """Where Labs run and what they carry; each key is KubeSpawner's own setting of that name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profiles: list[Profile] = Field(default_factory=list)
    node_selector: dict[str, str] = Field(default_factory=dict)
    tolerations: list[dict[str, Any]] = Field(default_factory=list)
    node_affinity_preferred: list[dict[str, Any]] = Field(default_factory=list)
    node_affinity_required: list[dict[str, Any]] = Field(default_factory=list)
    extra_labels: dict[str, str] = Field(default_factory=dict)
    extra_annotations: dict[str, str] = Field(default_factory=dict)
    storage_extra_labels: dict[str, str] = Field(default_factory=dict)
    extra_resource_limits: dict[str, str] = Field(default_factory=dict)
    extra_resource_guarantees: dict[str, str] = Field(default_factory=dict)
    environment: dict[str, str] = Field(default_factory=dict)
    volumes: list[dict[str, Any]] = Field(default_factory=list)
    volume_mounts: list[dict[str, Any]] = Field(default_factory=list)
    image_pull_secrets: list[str] = Field(default_factory=list)
    priority_class_name: str = ""
    service_account: str = ""
    scheduler_name: str = ""

    @field_validator("profiles")
    @classmethod
    def _told_apart(cls, profiles: list[Profile]) -> list[Profile]:
        names = [profile.slug for profile in profiles]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two profiles are named {', '.join(twice)}; give each a slug of its own")
        if sum(profile.default for profile in profiles) > 1:
            raise ValueError("more than one profile is the default; leave `default: true` to one")
        return profiles


class KubernetesSettings(BaseSettings):
    """The settings of Labs on Kubernetes, read from KUBEYARD_LAB_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="KUBEYARD_LAB_", frozen=True)

    namespace: str = "kubeyard"
    image: str = Field(description="The Lab's image, by tag or digest")
    image_pull_policy: str = "IfNotPresent"
    image_pull_secret: str = Field("", description="Names of Secrets, separated by commas")
    storage_class: str = Field("", description="Empty is the cluster's default")
    storage_capacity: str = "10Gi"
    memory_limit: str = "2G"
    memory_guarantee: str = "512M"
    cpu_limit: float = 2.0
    cpu_guarantee: float = 0.1
    gateway_ca_secret: str = Field("", description="A Secret with ca.crt for the gateway's certificate")
    pods_file: Path | None = Field(None, description="LabPods as JSON: profiles, placement, volumes")

    @model_validator(mode="after")
    def _pods_can_be_read(self) -> Self:
        self.pods()
        return self

    def pods(self) -> LabPods:
        """What the file says; nothing without one. Raises ValueError."""
        if self.pods_file is None:
            return LabPods()
        try:
            return LabPods.model_validate(json.loads(self.pods_file.read_text()))
        except (OSError, ValueError) as why:
            raise ValueError(f"KUBEYARD_LAB_PODS_FILE: {self.pods_file} cannot be used: {why}") from why
