"""What `status` says of the edge node, by its own question, asked as from the web UI's pod."""

import sys
from pathlib import Path

from harness.scripted_server import Answer, Asked, ScriptedServer
from harness.scripts import install_program
from harness.tls import context_of, make_certificate

from .stand_ins import HELM, KUBECTL, deploy

POD = """case "$*" in
  *" exec "*" -- python -c "*) KUBEYARD_API_URL=URL REQUESTS_CA_BUNDLE=AUTHORITY exec PYTHON -c "${@: -1}" ;;
"""


def told_of_the_edge(programs: Path, server: ScriptedServer, authority: Path) -> list[str]:
    """What `status` says where the web UI believes this authority."""
    pod = POD.replace("URL=URL", f"URL={server.url}").replace("AUTHORITY", str(authority))
    pod = pod.replace("PYTHON", sys.executable)
    install_program(programs, "kubectl", KUBECTL.replace('case "$*" in\n', pod))
    install_program(programs, "helm", HELM)
    done = deploy(programs, "status")
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("Edge node: ")]


def healthy(asked: Asked) -> Answer:
    return Answer(b"{}") if asked.path == "/healthz" else Answer(status=404)


def test_an_edge_node_by_its_own_authority_answers(programs: Path, tmp_path: Path) -> None:
    """The web UI believes it by REQUESTS_CA_BUNDLE, which only its own library reads."""
    make_certificate(tmp_path / "tls", "127.0.0.1")
    with ScriptedServer(healthy, context_of(tmp_path / "tls")) as server:
        assert told_of_the_edge(programs, server, tmp_path / "tls/ca.crt") == ["Edge node: answers"]


def test_an_edge_node_by_a_strangers_authority_is_told(programs: Path, tmp_path: Path) -> None:
    for name in ("tls", "stranger"):
        make_certificate(tmp_path / name, "127.0.0.1")
    with ScriptedServer(healthy, context_of(tmp_path / "tls")) as server:
        (told,) = told_of_the_edge(programs, server, tmp_path / "stranger/ca.crt")
    assert told.startswith("Edge node: does not answer the web UI: requests.exceptions.SSLError: ")


def test_an_edge_node_that_answers_by_an_error_is_told(programs: Path) -> None:
    with ScriptedServer(lambda _: Answer(status=503)) as server:
        (told,) = told_of_the_edge(programs, server, programs)
    assert told.startswith("Edge node: does not answer the web UI: requests.exceptions.HTTPError: 503 ")
