"""Whom `deployment_k8s.sh` lets begin an install, by what the cluster says that they may do."""

from pathlib import Path

import pytest
from harness.scripts import install_program

from .stand_ins import KUBECTL, Checked

pytestmark = pytest.mark.slow
A_QUOTA = "resourceQuota.enabled=true,resourceQuota.hard.pods=100"
# Answers each question of the file after -f, as a cluster does by the template that is asked for.
ANSWERS = r"""
  *'get storageclasses'*) exit 1 ;;
  *'create --validate=false -f '*)
    words=$* words=${words#* -f }
    while IFS='"' read -r _ _ _ verb _ _ _ resource _ part _; do
      right="$verb $resource${part:+/$part}"
      case $right in
        ' ') ;;
        'DENIED') echo "false $right" ;;
        *) echo "true $right" ;;
      esac
    done <"${words%% *}" ;;
"""


def without(programs: Path, right: str) -> Checked:
    """A cluster that allows everything but this."""
    own = ANSWERS.replace("DENIED", right)
    install_program(programs, "kubectl", KUBECTL.replace("esac", f"{own}esac"))
    return Checked(programs)


@pytest.mark.parametrize(
    "right", ["watch pods", "watch events", "update secrets", "patch deployments/scale", "create pods/exec"]
)
def test_a_right_that_is_needed_later_is_missed_beforehand(programs: Path, right: str) -> None:
    one = without(programs, right)
    assert one.problems() == [f"you may not, in namespace kubeyard: {right}"]
    assert "ask the cluster's administrator for the role `admin` there" in one.check().stdout


def test_what_an_option_makes_is_asked_for_with_that_option_alone(programs: Path) -> None:
    """The role `admin` does not hold this one."""
    one = without(programs, "create resourcequotas")
    assert one.problems() == []
    assert one.problems(A_QUOTA) == ["you may not, in namespace kubeyard: create resourcequotas"]
    assert "or leave the option away" in one.check(A_QUOTA).stdout
