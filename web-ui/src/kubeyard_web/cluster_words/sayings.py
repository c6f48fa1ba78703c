"""What Kubernetes is known to say about a pod: the first that fits counts, so the narrower come first."""

from kubeyard_web.cluster_words.words import Saying, saying

NO_PLACE = "FailedScheduling Unschedulable"
NO_IMAGE = (
    "Failed ErrImagePull ImagePullBackOff BackOff ErrImageNeverPull InvalidImageName RegistryUnavailable"
)
TELL_IMAGE = "An administrator checks the image's name, its tag, and that the cluster may fetch it."
SMALLER = "Try again when others have stopped theirs, choose a smaller size, or ask an administrator."
TELL = "Try again; if it stays, tell an administrator."

GOING_WELL = (
    saying("Scheduled", r"to (?P<node>[\w.-]+)\s*$", "A place was found on the node {node}"),
    saying("Pulling", r'image "(?P<image>[^"]+)"', "The image {image} is being fetched"),
    saying("Pulled", r"already present", "The image is there already"),
    saying("Pulled", r"", "The image was fetched"),
    saying("Created", r"", "The container was made"),
    saying("Started", r"", "The container has started"),
    saying("SuccessfulAttachVolume", r"", "The volume was attached"),
    saying("TriggeredScaleUp", r"", "No node had room, so the cluster is adding one"),
    saying("Killing", r"", "The container is being stopped"),
)

NO_NODE = (
    saying(NO_PLACE, r"Insufficient memory", "No node has enough free memory for this.", SMALLER),
    saying(NO_PLACE, r"Insufficient cpu", "No node has enough free processor time for this.", SMALLER),
    saying(NO_PLACE, r"Too many pods", "Every node runs as many pods as it may.", SMALLER),
    saying(NO_PLACE, r"Insufficient (?P<what>[\w./-]+)", "No node has enough {what} free for this.", SMALLER),
    saying(
        NO_PLACE,
        r"unbound immediate PersistentVolumeClaims|waiting for.*volume|no available persistent volumes",
        "The volume is not there yet.",
        "If this stays, an administrator looks at the storage class and at the claim's own events.",
    ),
    saying(
        NO_PLACE,
        r'persistentvolumeclaim "(?P<claim>[^"]+)" not found',
        "The volume {claim} is not there.",
        "An administrator looks for the claim; it may have been deleted.",
    ),
    saying(
        NO_PLACE,
        r"volume node affinity conflict",
        "The volume belongs to a part of the cluster in which no node has room.",
        "An administrator makes room there, or moves the volume.",
    ),
    saying(
        NO_PLACE,
        r"node affinity|node selector|node\(s\) didn't match",
        "No node fits what was asked for.",
        "An administrator compares the nodes' labels with the settings of this pod.",
    ),
    saying(
        NO_PLACE,
        r"taint",
        "The nodes accept no pods of this kind, or are not ready.",
        "An administrator looks at the nodes: `kubectl get nodes`.",
    ),
    saying("NotTriggerScaleUp", r"", "No node has room, and adding one would not help.", SMALLER),
    saying(NO_PLACE, r"", "No node can run this now.", TELL),
)

NO_QUOTA = (
    saying(
        "Forbidden FailedCreate",
        r"exceeded quota: (?P<quota>[\w.-]+)",
        "The quota {quota} of this part of the cluster is used up.",
        SMALLER,
    ),
    saying(
        "Forbidden FailedCreate",
        r"violates PodSecurity",
        "The cluster's security rules refuse this pod.",
        "An administrator compares the rules with the chart's values.",
    ),
    saying(
        "Forbidden FailedCreate",
        r"(maximum|minimum) (?P<what>\w+) usage",
        "The cluster's limits allow no pod of this size.",
        "Choose another size, or ask an administrator.",
    ),
    saying(
        "Forbidden",
        r"cannot (?P<verb>\w+) resource \"(?P<what>\w+)\"",
        "The platform lacks the right to {verb} {what} in this cluster.",
        "An administrator installs the chart with rbac.create on, or grants the right.",
    ),
)


def _not_fetched(
    pattern: str, why: str, next_step: str = TELL_IMAGE, vagueness: int = 0
) -> tuple[Saying, Saying]:
    """An image that is not to be had for this reason, if `pattern` stands in the message.

    The first calls it by its name, which not each message tells; `why` ends the sentence.
    """
    named = rf'^(?=.*(?:{pattern})).*?image \\?"(?P<image>[^"\\]+)'
    return (
        saying(
            NO_IMAGE, f"(?i){named}", f"The image {{image}} cannot be fetched{why}.", next_step, vagueness
        ),
        saying(NO_IMAGE, f"(?i){pattern}", f"The image cannot be fetched{why}.", next_step, vagueness),
    )


NO_IMAGE_SAYINGS = (
    saying("InvalidImageName", r"", "The image's name is not one.", TELL_IMAGE),
    saying("Failed", r"^Error: InvalidImageName", "The image's name is not one.", TELL_IMAGE),
    *_not_fetched(
        r"unauthorized|denied|authentication required|no basic auth",
        ": its registry refuses to hand it out",
        "An administrator checks the pull secret.",
    ),
    *_not_fetched(
        r"no such host",
        ": nobody knows where its registry is",
        "An administrator checks the image's name, and that the nodes can look up the registry's.",
    ),
    *_not_fetched(
        r"connection refused|i/o timeout|server misbehaving|deadline exceeded",
        ": its registry does not answer",
        "An administrator checks the image's name, and the cluster's way to the registry.",
    ),
    *_not_fetched(
        r"not found|manifest unknown|not present with pull policy",
        ": it does not exist, or not under this tag",
    ),
    *_not_fetched(r"back-off pulling", "; it is tried again and again", vagueness=1),
    *_not_fetched(r"pull", "", vagueness=2),
)

# The kubelet says "Failed" and "BackOff" of many things: what no image is to blame for comes before it.
NOT_CONFIGURED = (
    saying(
        "FailedMount CreateContainerConfigError Failed",
        r'(?P<kind>secret|configmap) "(?P<name>[^"]+)" not found',
        "The {kind} {name} is missing, which must be there before this can start.",
        "An administrator makes it, or corrects the name in the chart's values.",
    ),
)

NOT_STARTED = (
    saying(
        "Failed StartError RunContainerError",
        r"exec: .*(executable file not found|no such file or directory)",
        "The image lacks the program that is to be started.",
        "An administrator checks the image, or chooses another.",
    ),
    saying(
        "Failed",
        r"^Error: (?!ErrImage|ImagePull|InvalidImageName)",
        "The container cannot be started.",
        "An administrator looks at what was said, and at the pod's events.",
    ),
    saying(
        "CrashLoopBackOff BackOff",
        r"(?i)^(?!back-off pulling)",
        "It ends again and again right after its start.",
        "An administrator finds the reason at the end of its log: `kubectl logs --previous`.",
    ),
)

NO_VOLUME = (
    saying(
        "FailedAttachVolume",
        r"Multi-Attach|already (exclusively )?attached",
        "The volume is still attached to another node.",
        "It comes free within minutes once its last pod is gone. Try again then.",
    ),
    saying("FailedMount FailedAttachVolume FailedMapVolume", r"", "The volume cannot be used.", TELL),
    saying("ProvisioningFailed", r"", "The volume cannot be made.", TELL),
)

NOT_LIVING = (
    saying(
        "OOMKilled",
        r"",
        "It used more memory than it may, and was ended.",
        "Choose a larger size, or ask an administrator for one.",
    ),
    saying(
        "CreateContainerConfigError CreateContainerError RunContainerError StartError",
        r"",
        "The container cannot be made.",
        "An administrator looks at the pod's events.",
    ),
    saying("Evicted", r"(?i)memory", "The node ran out of memory and sent it away.", TELL),
    saying("Evicted", r"(?i)ephemeral|disk|storage", "The node ran out of disk and sent it away.", TELL),
    saying("Evicted TaintManagerEviction NodeShutdown", r"", "It had to leave its node.", TELL),
    saying("Preempted", r"", "It had to make room for something more important.", TELL),
    saying("NodeNotReady NodeLost", r"", "Its node does not answer.", TELL),
    saying("Unhealthy", r"(?i)readiness|startup", "It does not answer yet."),
    saying("Unhealthy", r"", "It does not answer.", TELL),
    saying("FailedCreatePodSandBox NetworkNotReady", r"", "The node's network is not ready.", TELL),
    saying("ContainerCreating PodInitializing", r"", "It is being made"),
    saying("TimedOut", r"", "It took longer than it may.", TELL),
    saying("Error", r"exit code (?P<code>\d+)", "It ended by itself (exit code {code}).", TELL),
    saying("Completed", r"", "It has ended."),
)

SAYINGS: tuple[Saying, ...] = (
    *GOING_WELL,
    *NO_NODE,
    *NO_QUOTA,
    *NOT_CONFIGURED,
    *NOT_STARTED,
    *NO_IMAGE_SAYINGS,
    *NO_VOLUME,
    *NOT_LIVING,
)
