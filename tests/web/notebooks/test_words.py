"""What Kubernetes says, in plain words."""

import pytest
from kubeyard_web.cluster_words import in_words, in_words_of_text
from kubeyard_web.notebooks.labs import ProgressEvent
from kubeyard_web.notebooks.starts import Start, replay

NOT_STARTED = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
    "failed: unable to start container process: error during container init: "
)
NO_PROGRAM = f'{NOT_STARTED}exec: "jupyterhub-singleuser": executable file not found in $PATH: unknown'
NO_SCRIPT = f'{NOT_STARTED}exec: "/start": stat /start: no such file or directory: unknown'
MAY_NOT = f'{NOT_STARTED}exec: "/start": permission denied: unknown'
NO_REGISTRY = (
    'ErrImagePull: failed to pull and unpack image "r:5000/lab:9": '
    'failed to resolve reference "r:5000/lab:9": '
    'failed to do request: Head "https://r:5000/v2/lab/manifests/9": dial tcp 192.0.2.7:5000: i/o timeout'
)
NO_FOLDER = f'{NOT_STARTED}error mounting "/nowhere" to rootfs at "/x": no such file or directory: unknown'


@pytest.mark.parametrize(
    ("reason", "message", "what"),
    [
        (
            "Scheduled",
            "Successfully assigned kubeyard/lab-ada to node1",
            "A place was found on the node node1",
        ),
        ("Pulling", 'Pulling image "kubeyard/lab:1"', "The image kubeyard/lab:1 is being fetched"),
        (
            "FailedScheduling",
            "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available",
            "No node has enough free memory for this.",
        ),
        (
            "Unschedulable",
            "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
            "No node has enough nvidia.com/gpu",
        ),
        (
            "FailedScheduling",
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "The volume is not there yet.",
        ),
        (
            "Forbidden",
            'pods "lab-ada" is forbidden: exceeded quota: labs, requested: memory=2Gi, limited: memory=3Gi',
            "The quota labs of this part of the cluster is used up.",
        ),
        (
            "Failed",
            'Failed to pull image "lab:9": rpc error: code = NotFound desc = failed to resolve: not found',
            "The image lab:9 cannot be fetched: it does not exist, or not under this tag.",
        ),
        (
            "Failed",
            'Failed to pull image "x": pull access denied',
            "The image x cannot be fetched: its registry refuses to hand it out.",
        ),
        (
            "Failed",
            'Failed to pull image "registry.invalid/x:1": dial tcp: lookup registry.invalid: no such host',
            "The image registry.invalid/x:1 cannot be fetched: nobody knows where its registry is.",
        ),
        (
            "ImagePullBackOff",
            f'Back-off pulling image "r:5000/lab:9": {NO_REGISTRY}',
            "The image r:5000/lab:9 cannot be fetched: its registry does not answer.",
        ),
        (
            "ErrImagePull",
            "manifest for lab:9 not found: manifest unknown",
            "The image cannot be fetched: it does not exist, or not under this tag.",
        ),
        (
            "BackOff",
            "Back-off restarting failed container notebook",
            "It ends again and again right after its start.",
        ),
        (
            "BackOff",
            "Back-off restarting failed container pull in pod kubeyard-image-puller-x7k_kubeyard(0f)",
            "It ends again and again right after its start.",
        ),
        ("BackOff", 'Back-off pulling image "r:5000/lab:9"', "The image r:5000/lab:9 cannot be fetched; it"),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "gateway-ca" : secret "edge-ca" not found',
            "The secret edge-ca is missing",
        ),
        ("CreateContainerConfigError", 'configmap "lab" not found', "The configmap lab is missing"),
        ("Failed", 'Error: secret "lab-env" not found', "The secret lab-env is missing"),
        ("Failed", f"Error: {NO_PROGRAM}", "The image lacks the program that is to be started."),
        ("StartError", NO_PROGRAM, "The image lacks the program that is to be started."),
        ("RunContainerError", NO_SCRIPT, "The image lacks the program that is to be started."),
        ("Failed", f"Error: {MAY_NOT}", "The container cannot be started."),
        ("Failed", "Error: container has runAsNonRoot and image will run as root", "The container cannot be"),
        ("Failed", f"Error: {NO_FOLDER}", "The container cannot be started."),
        ("StartError", MAY_NOT, "The container cannot be made."),
        ("Failed", "Error: ErrImagePull", "The image cannot be fetched."),
        ("Failed", "Error: ImagePullBackOff", "The image cannot be fetched."),
        ("Failed", "Error: InvalidImageName", "The image's name is not one."),
        ("Failed", "Error: ErrImageNeverPull", "The image cannot be fetched."),
        (
            "FailedAttachVolume",
            "Multi-Attach error for volume",
            "The volume is still attached to another node.",
        ),
        ("OOMKilled", "exit code 137", "It used more memory than it may"),
        ("Evicted", "The node was low on resource: memory.", "The node ran out of memory"),
    ],
)
def test_saying_is_told_in_plain_words(reason: str, message: str, what: str) -> None:
    assert in_words(reason, message).what.startswith(what)


@pytest.mark.parametrize("text", ["Whatever: nobody knew of this", "The home of ada cannot be prepared", ""])
def test_what_nobody_knows_is_told_as_it_was_said(text: str) -> None:
    assert in_words_of_text(text).what == text


def test_everything_that_goes_wrong_names_a_next_step() -> None:
    for text in (
        "ImagePullBackOff: x pull",
        "FailedScheduling: x",
        "Forbidden: exceeded quota: q",
        "FailedMount: x",
    ):
        assert in_words_of_text(text).next_step


def test_start_tells_what_it_waits_for_until_that_is_over() -> None:
    asked = ProgressEvent(0, "Server requested")
    full = ProgressEvent(20, "0/1 nodes: 1 Insufficient cpu.", reason="FailedScheduling", is_warning=True)
    found = ProgressEvent(40, "Successfully assigned a/b to n", reason="Scheduled")

    waiting = replay([asked, full, full])
    assert waiting.trouble is not None
    assert waiting.trouble.words.what == "No node has enough free processor time for this."
    assert [step.times for step in waiting.steps] == [1, 2]

    assert replay([asked, full, found]).trouble is None


def test_cause_of_a_trouble_stays_in_view_when_it_is_said_again_without() -> None:
    pulling = ProgressEvent(20, 'Pulling image "lab:9"', reason="Pulling")
    why = ProgressEvent(20, 'Failed to pull image "lab:9": not found', reason="Failed", is_warning=True)
    again = ProgressEvent(20, "Error: ErrImagePull", reason="Failed", is_warning=True)
    waits = ProgressEvent(20, 'Back-off pulling image "lab:9"', reason="BackOff")
    full = ProgressEvent(20, "0/1 nodes: 1 Insufficient cpu.", reason="FailedScheduling", is_warning=True)

    def shown(*events: ProgressEvent) -> str:
        trouble = replay(events).trouble
        return trouble.words.what if trouble else ""

    cause = "The image lab:9 cannot be fetched: it does not exist, or not under this tag."
    assert shown(pulling, why, again) == cause
    assert shown(why, again, waits, again) == cause
    assert shown(waits, again) == "The image lab:9 cannot be fetched; it is tried again and again."
    assert shown(why, again, full) == "No node has enough free processor time for this."
    assert shown(why, again, pulling) == ""


def test_failure_says_why_with_the_words_of_the_cluster_beside_it() -> None:
    start = Start().after(ProgressEvent(100, 'ErrImagePull: Back-off pulling image "lab:9"', is_failed=True))

    assert start.failure is not None
    assert start.failure.words.what.startswith("The image lab:9 cannot be fetched")
    assert start.failure.raw == 'ErrImagePull: Back-off pulling image "lab:9"'


def test_image_that_is_tried_again_and_again_stays_a_trouble() -> None:
    failed = ProgressEvent(20, "Error: ErrImagePull", reason="Failed", is_warning=True)
    waits = ProgressEvent(20, 'Back-off pulling image "lab:9"', reason="BackOff")

    trouble = replay([failed, waits]).trouble

    assert trouble is not None
    assert trouble.words.what.startswith("The image lab:9 cannot be fetched")
