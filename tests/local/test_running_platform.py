"""The running platform as its commands show it, and HDFS as it is before the first login."""

import csv
import time
from pathlib import Path

import psutil
import pytest
import requests
from harness.platform import Platform
from kubeyard_local import process_table, samples

pytestmark = pytest.mark.daemons


def hdfs(platform: Platform, path: str, operation: str, **params: str) -> requests.Response:
    query = {"op": operation, "user.name": "kubeyard", **params}
    return requests.get(f"{platform.httpfs_url}/webhdfs/v1{path}", params=query, timeout=20)


def test_a_second_start_says_at_once_that_it_is_up(platform: Platform) -> None:
    began = time.monotonic()
    done = platform.run("start")
    assert done.returncode == 0, done.stderr
    assert "already up" in done.stdout
    # 2 s on a quiet machine, which the benchmark holds; here it must only be plain that nothing was started.
    assert time.monotonic() - began < 10


def test_status_shows_every_service_ready(platform: Platform) -> None:
    done = platform.run("status")
    assert done.returncode == 0, done.stdout
    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines() if line.strip()}
    assert {name: rows[name] for name in process_table.NAMES} == dict.fromkeys(process_table.NAMES, "ready")


def test_logs_shows_the_end_of_a_services_log_and_names_the_others(platform: Platform) -> None:
    shown = platform.run("logs", "namenode")
    assert "NameNode" in shown.stdout
    unknown = platform.run("logs", "nonsense")
    assert unknown.returncode == 1
    assert "No log of nonsense" in unknown.stderr
    assert "namenode" in unknown.stderr


def test_every_page_says_whom_the_machine_is_for(platform: Platform) -> None:
    page = requests.get(f"{platform.url('WEB')}/login", timeout=20).text
    assert ("For one trusted person." in page) is not platform.separate_accounts


def test_the_shared_folder_is_everybodys_and_holds_the_sample_data(platform: Platform) -> None:
    shared = hdfs(platform, "/shared", "GETFILESTATUS", doAs="ada").json()["FileStatus"]
    assert (shared["permission"], shared["owner"]) == ("1777", "kubeyard")
    text = hdfs(platform, f"/shared/samples/{samples.FILE}", "OPEN", doAs="ada").text
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == samples.RIDES
    assert tuple(rows[0]) == samples.COLUMNS


def test_an_archive_has_as_many_copies_as_there_are_data_nodes(platform: Platform) -> None:
    """More would be missing for ever, and HDFS would report the file as damaged."""
    listed = hdfs(platform, "/kubeyard/envs", "LISTSTATUS", doAs="kubeyard").json()
    copies = {file["pathSuffix"]: file["replication"] for file in listed["FileStatuses"]["FileStatus"]}
    assert copies
    assert set(copies.values()) == {1}, copies


def test_somebody_may_not_write_into_the_platforms_folder(platform: Platform) -> None:
    query = {"op": "MKDIRS", "user.name": "kubeyard", "doAs": "eve"}
    refused = requests.put(f"{platform.httpfs_url}/webhdfs/v1/kubeyard/eve", params=query, timeout=20)
    assert refused.status_code in (403, 500)  # HttpFS has no status of its own for this
    assert "Permission denied: user=eve" in refused.text


def test_a_name_that_begins_with_a_digit_is_served(platform: Platform) -> None:
    assert hdfs(platform, "/shared", "LISTSTATUS", doAs="7of9").status_code == 200


def test_nobody_but_the_service_speaks_for_others(platform: Platform) -> None:
    query = {"op": "LISTSTATUS", "user.name": "eve", "doAs": "ada"}
    refused = requests.get(f"{platform.httpfs_url}/webhdfs/v1/", params=query, timeout=20)
    assert refused.status_code in (401, 403, 500)
    assert "not allowed to impersonate" in refused.text
    nameless = requests.get(f"{platform.httpfs_url}/webhdfs/v1/", params={"op": "LISTSTATUS"}, timeout=20)
    assert nameless.status_code == 401


def test_the_daemons_keep_their_files_in_the_platforms_folder(platform: Platform) -> None:
    """In /tmp a second platform, under another account, would meet files that it may not write."""
    home = str(platform.home)
    for daemon in (one for one in psutil.process_iter() if one.name() == "java"):
        command = daemon.cmdline()
        if f"@{home}/hadoop/jvm.options" not in command:
            continue
        outside = [file.path for file in daemon.open_files() if file.path.startswith("/tmp/hadoop")]
        assert not outside, command[-1]
    attributes = Path(home, "hadoop", "tmp").glob("*/node-attribute/nodeattribute.mirror")
    assert list(attributes)


def test_both_queues_run_and_share_the_memory_that_was_set(platform: Platform) -> None:
    metrics = requests.get(f"{platform.rm_url}/ws/v1/cluster/metrics", timeout=20).json()["clusterMetrics"]
    assert metrics["totalMB"] == int(platform.environment["KUBEYARD_YARN_MEMORY_MB"])
    assert metrics["totalVirtualCores"] == int(platform.environment["KUBEYARD_YARN_VCORES"])
    scheduler = requests.get(f"{platform.rm_url}/ws/v1/cluster/scheduler", timeout=20).json()["scheduler"]
    queues = {queue["queueName"]: queue["state"] for queue in scheduler["schedulerInfo"]["queues"]["queue"]}
    assert queues == {"default": "RUNNING", "interactive": "RUNNING"}
