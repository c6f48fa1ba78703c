"""Which storage classes `deployment_k8s.sh` asks a cluster for, by the manifests that the chart renders."""

from pathlib import Path

import pytest
from harness.scripts import install_program

from .stand_ins import KUBECTL, Checked

pytestmark = pytest.mark.slow
HOMES = "singleuser.storage.dynamic.storageClass"
STATES = ("hub.storage.storageClass", "webUI.storage.storageClass")
ON_POSTGRESQL = "database.type=postgresql,database.existingSecret=databases"


def cluster(programs: Path, classes: dict[str, bool], claims: str = "none") -> Checked:
    """One that has these storage classes, a default one if its value is true, and a claim of this name."""
    shown = "".join(f"{name}={str(default).lower() * default}\\n" for name, default in classes.items())
    own = f"""
  *'get storageclasses'*) printf '{shown}' ;;
  *'get persistentvolumeclaim {claims}') ;;
  *'get persistentvolumeclaim '*) exit 1 ;;
"""
    install_program(programs, "kubectl", KUBECTL.replace("esac", f"{own}esac"))
    return Checked(programs)


def test_the_default_class_serves_whatever_names_none(programs: Path) -> None:
    assert cluster(programs, {"standard": True}).problems() == []


def test_an_absent_class_is_named_with_what_it_is_set_for(programs: Path) -> None:
    """The Hub makes the homes, so that no claim of theirs is among the chart's."""
    one = cluster(programs, {"standard": True, "fast": False})
    assert one.problems(f"{HOMES}=fast", *(f"{key}=standard" for key in STATES)) == []
    assert one.problems(f"{HOMES}=fas") == ["there is no storage class fas, which is set for people's homes"]
    assert one.problems("hub.storage.storageClass=f.st") == [
        "there is no storage class f.st, which is set for the claim kubeyard-hub"
    ]


def test_without_a_default_class_every_volume_must_name_one(programs: Path) -> None:
    one = cluster(programs, {"fast": False})
    (problem,) = one.problems(f"{HOMES}=fast")
    assert problem == (
        "no storage class is the default, and none is set for:"
        " the claim kubeyard-hub, the claim kubeyard-web-ui"
    )
    (problem,) = one.problems(*(f"{key}=fast" for key in STATES))
    assert problem.endswith(" none is set for: people's homes")
    assert one.problems(f"{HOMES}=fast", *(f"{key}=fast" for key in STATES)) == []
    assert one.problems(f"{HOMES}=fast", ON_POSTGRESQL) == []


def test_claims_of_before_need_no_class(programs: Path) -> None:
    """Their class can be changed no more, and their volumes are there."""
    one = cluster(programs, {"fast": False}, claims="kubeyard-hub")
    (problem,) = one.problems(f"{HOMES}=fast")
    assert problem.endswith(" none is set for: the claim kubeyard-web-ui")
