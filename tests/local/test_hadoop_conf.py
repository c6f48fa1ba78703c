"""Hadoop's configuration as the daemons and the containers read it."""

import re
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree

import pytest
from kubeyard_local import hadoop_conf, ports, process_table
from kubeyard_local.layout import Layout
from kubeyard_local.settings import Settings


@pytest.fixture
def properties(layout: Layout, settings: Settings) -> Mapping[str, str]:
    """Every property of every file as it was written."""
    layout.hadoop_conf.mkdir(parents=True)
    hadoop_conf.write(layout, process_table.hadoop_environment(settings))
    found = {}
    for file in layout.hadoop_conf.glob("*.xml"):
        for entry in ElementTree.parse(file).getroot().iter("property"):
            found[entry.findtext("name", "")] = entry.findtext("value", "")
    return found


def test_a_reference_becomes_its_value_or_its_default() -> None:
    text = "${env.KUBEYARD_PORT_RM:-8088} ${env.ABSENT:-1} ${env.BARE}|${user.name}"
    assert hadoop_conf.fill_in(text, {"KUBEYARD_PORT_RM": "9088"}) == "9088 1 |${user.name}"


def test_ports_and_folders_are_filled_in(properties: Mapping[str, str], settings: Settings) -> None:
    assert properties["fs.defaultFS"] == f"hdfs://127.0.0.1:{settings.ports['NAMENODE']}"
    assert properties["yarn.resourcemanager.webapp.address"] == f"127.0.0.1:{settings.ports['RM']}"
    assert properties["dfs.datanode.data.dir"] == f"file://{settings.layout.hadoop}/dn"
    assert not [name for name, value in properties.items() if "${env." in value]


def test_every_address_is_on_loopback_and_is_one_of_our_ports(
    properties: Mapping[str, str], settings: Settings
) -> None:
    addresses = {name: value for name, value in properties.items() if re.search(r"[\d*a-z]:\d+", value)}
    assert len(addresses) > 15
    for name, value in addresses.items():
        found = re.search(r"127\.0\.0\.1:(\d+)", value)
        assert found, f"{name} is {value}"
        assert int(found[1]) in settings.ports.values(), f"{name} is {value}"


def test_every_variable_of_the_files_is_one_that_is_set(settings: Settings) -> None:
    known = process_table.hadoop_environment(settings)
    folder = settings.layout.clone / "yarn" / "hadoop" / "conf"
    for file in folder.iterdir():
        for reference in hadoop_conf.REFERENCE.finditer(file.read_text()):
            assert reference["name"] in known, f"{file.name}: {reference['name']}"
            port = reference["name"].removeprefix("KUBEYARD_PORT_")
            if port in ports.DEFAULTS:
                assert reference["default"] == str(ports.DEFAULTS[port]), f"{file.name}: {port}"


def test_the_root_queue_is_closed_by_a_space_and_its_queues_are_open(properties: Mapping[str, str]) -> None:
    queue = "yarn.scheduler.capacity.root{}.acl_submit_applications"
    assert properties[queue.format("")] == " "
    assert properties[queue.format(".default")] == properties[queue.format(".interactive")] == "*"


def test_unknown_people_cost_no_shell_and_may_begin_with_a_digit(properties: Mapping[str, str]) -> None:
    assert properties["hadoop.security.group.mapping"].endswith(".NullGroupsMapping")
    for setting in ("dfs.webhdfs.user.provider.user.pattern", "httpfs.user.provider.user.pattern"):
        assert re.match(properties[setting], "7of9")


def test_the_jar_carries_the_files_and_keeps_its_time_until_one_changes(
    layout: Layout, settings: Settings, properties: Mapping[str, str]
) -> None:
    jar = layout.hadoop / "conf.jar"
    with zipfile.ZipFile(jar) as archive:
        assert set(archive.namelist()) == {file.name for file in layout.hadoop_conf.iterdir()}
    first = jar.stat().st_mtime_ns
    environment = process_table.hadoop_environment(settings)
    hadoop_conf.write(layout, environment)
    assert jar.stat().st_mtime_ns == first
    hadoop_conf.write(layout, {**environment, "KUBEYARD_PORT_RM": "9999"})
    assert jar.stat().st_mtime_ns != first


def test_the_node_ends_what_uses_more_memory_than_it_may(properties: Mapping[str, str]) -> None:
    # Hadoop leaves that to control groups unless it is told that there are none.
    assert properties["yarn.nodemanager.resource.memory.enforced"] == "false"
    assert properties.get("yarn.nodemanager.pmem-check-enabled", "true") == "true"
