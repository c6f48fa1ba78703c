"""The mirror when the cluster is away; what it does on a real one is in test_on_yarn."""

from harness.api_server import ApiServer
from harness.applications import application
from harness.waiting import wait_until
from kubeyard_api.poller import DUTY, Poller
from kubeyard_api.storage.changes import changes_after
from kubeyard_api.storage.leases import hold_lease
from kubeyard_client.messages.events import Topic

from .conftest import Mirror


def test_unreachable_cluster_is_written_down_once(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1))
    poller = Poller(api.parts)
    poller.poll()
    poller.poll()
    client = api.client("ada")
    assert not client.list_applications().reachable
    assert "127.0.0.1:9" in client.show_cluster().reason
    with api.parts.database.reading() as session:
        told = [change for change in changes_after(session, 0) if change.topic is Topic.CLUSTER]
    assert len(told) == 2


def test_cluster_that_was_never_reached_is_empty_with_the_reason(api: ApiServer) -> None:
    assert api.client("ada").show_cluster().reason
    Poller(api.parts).poll()
    cluster = api.client("ada").show_cluster()
    assert (cluster.reachable, cluster.as_of, cluster.memory_mb.total) == (False, None, 0)
    assert "127.0.0.1:9" in cluster.reason
    assert not api.client("ada").list_queues().reachable


def test_only_the_holder_of_the_duty_asks_the_cluster(api: ApiServer) -> None:
    hold_lease(api.parts.database, DUTY, "another process", 300)
    poller = Poller(api.parts)
    poller.start()
    wait_until(lambda: poller.has_duty is False, "the poller has seen that another has the duty")
    assert "not been asked" in api.client("ada").show_cluster().reason
    poller.stop()


def test_duty_is_free_for_another_as_soon_as_its_holder_stops(api: ApiServer) -> None:
    poller = Poller(api.parts)
    poller.start()
    client = api.client("ada")
    wait_until(lambda: "127.0.0.1:9" in client.show_cluster().reason, "the poller has asked")
    poller.stop()
    assert hold_lease(api.parts.database, DUTY, "another process", 1)
