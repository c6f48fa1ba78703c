"""`deployment_k8s.sh` where no cluster is: what it refuses before it has asked any."""

import re
from pathlib import Path

import pytest
from harness.scripts import install_program

from .script import SCRIPT
from .stand_ins import HELM, KUBECTL, deploy

GUIDES = ("operators-guide.md", "kubernetes.md")


@pytest.mark.parametrize("words", [(), ("--help",), ("status", "--help")])
def test_help_names_every_command(programs: Path, words: tuple[str, ...]) -> None:
    done = deploy(programs, *words)
    assert done.returncode == 0
    for command in (
        "status",
        "keys",
        "rotate-keys",
        "admin-link",
        "backup FILE",
        "restore FILE",
        "uninstall",
        "--build",
    ):
        assert f"  {command}" in done.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--yes",), "Say what to do: the edge node's address, or a command."),
        (("192.0.2.1", "192.0.2.2"), "There is no command 192.0.2.1."),
        (("192.0.2.1", "--contxt", "here"), "There is no option --contxt."),
        (("192.0.2.1", "--context"), "--context needs a value, or is no option."),
        (("192.0.2.1", "--timeout", "soon"), "--timeout is soon; give seconds."),
        (("192.0.2.1", "--values", "/no/such"), "--values /no/such cannot be read."),
        (("status", "now"), "status takes no now."),
        (("backup",), "backup needs one file."),
    ],
)
def test_wrong_use_is_named_beside_the_usage(programs: Path, words: tuple[str, ...], problem: str) -> None:
    done = deploy(programs, *words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Problem: {problem}\n")
    assert "usage: bash deployment_k8s.sh" in done.stderr


def test_an_absent_program_is_named(programs: Path) -> None:
    done = deploy(programs, "192.0.2.1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Problem: kubectl is not installed here." in done.stderr


def test_without_a_context_none_is_guessed(programs: Path) -> None:
    for name in ("kubectl", "helm"):
        install_program(programs, name, "exit 1")
    done = deploy(programs, "192.0.2.1")
    assert done.returncode == 1
    assert (
        "Problem: kubectl knows no cluster: no current context. Choose one by --context; there are: none."
        in done.stderr
    )


def test_an_older_kubernetes_is_named_and_no_more_is_asked_of_it(programs: Path) -> None:
    install_program(programs, "kubectl", KUBECTL.replace("33+", "29"))
    install_program(programs, "helm", HELM)
    done = deploy(programs, "192.0.2.1", "--check")
    assert done.returncode == 1
    assert "problem  Kubernetes 1.29 at https://cluster.example is older than 1.30" in done.stdout
    assert done.stderr == "Problem: 1 of the checks above failed. Nothing was changed.\n"


def test_a_helm_that_does_not_work_is_told_with_its_own_words(programs: Path) -> None:
    install_program(programs, "kubectl", KUBECTL)
    install_program(programs, "helm", "echo 'Error: plug-in of no use' >&2; exit 1")
    done = deploy(programs, "192.0.2.1", "--check")
    assert "problem  helm is of an unknown version" in done.stdout
    assert "of the checks above failed. Nothing was changed." in done.stderr


def test_releases_that_helm_cannot_list_are_not_taken_for_absent(programs: Path) -> None:
    install_program(programs, "kubectl", KUBECTL)
    install_program(
        programs, "helm", "case \"$*\" in *' list '*) echo 'Error: no way' >&2; exit 1 ;; esac\n" + HELM
    )
    done = deploy(programs, "192.0.2.1", "--check")
    assert "problem  helm cannot list the releases here: Error: no way" in done.stdout
    assert "Problem: 1 of the checks above failed." in done.stderr
    done = deploy(programs, "status")
    assert done.returncode == 1
    assert "Problem: helm cannot list the releases of namespace kubeyard: Error: no way" in done.stderr


def test_a_backup_is_not_made_of_what_could_not_be_asked(programs: Path, tmp_path: Path) -> None:
    """Without its Secrets and databases it would be taken for a whole one."""
    broken = "case \"$*\" in *' get deployment'*) echo 'Unable to connect' >&2; exit 1 ;; esac\n"
    install_program(programs, "kubectl", broken + KUBECTL)
    install_program(programs, "helm", HELM)
    done = deploy(programs, "backup", str(tmp_path / "kubeyard.tar.gz"))
    assert done.returncode == 1
    assert "Problem: The parts of release kubeyard could not be asked" in done.stderr
    assert list(tmp_path.glob("kubeyard*")) == []


@pytest.mark.parametrize("guide", GUIDES)
def test_an_install_prints_how_keys_are_handed_over_as_the_guide_has_it(programs: Path, guide: str) -> None:
    install_program(programs, "kubectl", KUBECTL)
    install_program(programs, "helm", HELM)
    done = deploy(programs, "192.0.2.1", "--yes", "--edge-later")
    assert done.returncode == 0, done.stdout + done.stderr
    (printed,) = re.findall(r"^ *(.*deployment_yarn_docker.sh keys .*)$", done.stdout, re.M)
    text = (SCRIPT.parent / "docs" / guide).read_text()
    assert " --context here | ssh" in printed
    assert f"\n{printed.replace(' --context here', '')}" in text
