"""What the platform asks a pair of ResourceManagers: the one in charge, and the one that is not."""

from kubeyard_yarn.resource_manager import ResourceManager

from harness.recording.pair import FIRST, SECOND, Pair
from harness.recording.recorder import Recorder
from harness.recording.stage import OWNER, SERVICE


def play(recorder: Recorder, pair: Pair) -> None:
    """Ask both while nobody is in charge, then the standby, which may send the client on by itself."""
    first = ResourceManager([recorder.urls[FIRST]], SERVICE)
    standby = ResourceManager([recorder.urls[SECOND]], SERVICE)
    recorder.act("info_with_none_active", first.info)
    recorder.act("metrics_with_none_active", first.metrics)
    pair.make_first_active()
    recorder.act("info_of_the_active", first.info)
    recorder.act("metrics_of_the_active", first.metrics)
    recorder.act("info_of_the_standby", standby.info)
    recorder.act("metrics_of_the_standby", standby.metrics)
    recorder.act("new_application_of_the_active", first.as_user(OWNER).new_application)
    recorder.act("new_application_of_the_standby", standby.as_user(OWNER).new_application)
