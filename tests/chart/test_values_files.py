"""Every option's values file makes manifests that Kubernetes takes, in good YAML."""

from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it carries no types
import pytest
from harness import helm
from yamllint import linter  # type: ignore[import-untyped]  # it carries no types
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]  # it carries no types

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]
# Rendered lists keep the depth that their values had.
RULES = YamlLintConfig(
    "{extends: default, rules: {line-length: disable, indentation: {indent-sequences: whatever},"
    " braces: {max-spaces-inside: 1}, truthy: {check-keys: false}}}"
)
VERSION = helm.KUBERNETES.rpartition(".")[0]
# Kinds of others, whose schemas do not come with Kubernetes.
OF_OTHERS = {"HTTPRoute", "ServiceMonitor"}


def name(path: Path) -> str:
    return path.name.removesuffix("-values.yaml")


@pytest.mark.parametrize("values", helm.VALUES_FILES, ids=name)
def test_helm_finds_nothing_wrong(values: Path) -> None:
    result = helm.helm("lint", "--strict", str(helm.CHART), "--values", str(values), *helm.NO_NEW_KEY)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("values", helm.VALUES_FILES, ids=name)
def test_kubernetes_takes_all_of_it(values: Path) -> None:
    for manifest in helm.with_values(name(values)):
        if manifest["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(manifest, VERSION, strict=True)


@pytest.mark.parametrize("values", helm.VALUES_FILES, ids=name)
def test_rendered_yaml_is_clean(values: Path) -> None:
    text = helm.rendered_text("--values", str(values))
    assert [str(problem) for problem in linter.run(text, RULES)] == []


def test_a_wrong_field_would_be_noticed() -> None:
    manifest: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "x"},
        "spec": {"port": 1},
    }
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, VERSION, strict=True)
