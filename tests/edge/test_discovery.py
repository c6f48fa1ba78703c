"""A first .env, filled in with what the node's own files tell."""

from pathlib import Path

import pytest
from harness.edge_cluster import write_site
from kubeyard_edge import settings
from kubeyard_edge.__main__ import main
from kubeyard_edge.discovery import discover, fill_in

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Return a cluster's client configuration, with what Hadoop would fill in."""
    write_site(tmp_path / "core-site.xml", {"fs.defaultFS": "hdfs://${nn.host}:${env.NN_PORT:-8020}"})
    write_site(tmp_path / "hdfs-site.xml", {"nn.host": "nn.example.org"})
    write_site(tmp_path / "yarn-site.xml", {"yarn.resourcemanager.hostname": "rm.example.org"})
    write_site(tmp_path / "mapred-site.xml", {"mapreduce.jobhistory.webapp.address": "jhs.example.org:19888"})
    return tmp_path


def test_the_cluster_s_addresses_are_read_from_its_files(conf: Path) -> None:
    found = discover({"HADOOP_CONF_DIR": str(conf), "KUBEYARD_EDGE_ADDRESS": "10.0.0.7"})
    assert found["KUBEYARD_HADOOP_CONF_DIR"] == str(conf)
    assert found["KUBEYARD_HDFS_URI"] == "hdfs://nn.example.org:8020"
    assert found["KUBEYARD_RM_URLS"] == "http://rm.example.org:8088"
    assert found["KUBEYARD_HISTORY_URL"] == "http://jhs.example.org:19888"
    assert found["KUBEYARD_HTTPFS_URL"] == "http://nn.example.org:14000"


def test_a_history_server_behind_https_is_found_there(conf: Path) -> None:
    secure = {
        "mapreduce.jobhistory.http.policy": "HTTPS_ONLY",
        "mapreduce.jobhistory.webapp.https.address": "jhs.example.org:19890",
    }
    write_site(conf / "mapred-site.xml", secure)
    assert discover({"HADOOP_CONF_DIR": str(conf)})["KUBEYARD_HISTORY_URL"] == "https://jhs.example.org:19890"


def test_a_pair_s_members_are_both_found(conf: Path) -> None:
    pair = {
        "yarn.resourcemanager.ha.rm-ids": "rm1, rm2",
        "yarn.resourcemanager.hostname.rm1": "one",
        "yarn.resourcemanager.webapp.address.rm2": "two:9088",
    }
    write_site(conf / "yarn-site.xml", pair)
    assert discover({"HADOOP_CONF_DIR": str(conf)})["KUBEYARD_RM_URLS"] == "http://one:8088,http://two:9088"
    write_site(conf / "yarn-site.xml", pair | {"yarn.http.policy": "HTTPS_ONLY"})
    assert discover({"HADOOP_CONF_DIR": str(conf)})["KUBEYARD_RM_URLS"] == "https://one:8090"


def test_a_pair_of_name_nodes_has_no_host_for_httpfs(conf: Path) -> None:
    write_site(conf / "core-site.xml", {"fs.defaultFS": "hdfs://cluster"})
    assert "KUBEYARD_HTTPFS_URL" not in discover({"HADOOP_CONF_DIR": str(conf)})


def test_what_is_given_counts_first(conf: Path) -> None:
    given = {"HADOOP_CONF_DIR": str(conf), "KUBEYARD_RM_URLS": "http://other:8088"}
    assert discover(given)["KUBEYARD_RM_URLS"] == "http://other:8088"


def test_spark_and_java_are_found_by_what_lies_in_them(tmp_path: Path) -> None:
    spark, java = tmp_path / "spark", tmp_path / "java"
    (spark / "jars").mkdir(parents=True)
    java.mkdir()
    given = {"SPARK_HOME": str(spark), "JAVA_HOME": str(java)}
    assert discover(given).get("KUBEYARD_SPARK_HOME") != str(spark)
    (spark / "jars" / "spark-core_2.13-4.0.5.jar").touch()
    (java / "release").write_text('JAVA_VERSION="17.0.12"\n')
    found = discover(given)
    assert (found["KUBEYARD_SPARK_HOME"], found["KUBEYARD_JAVA_HOME"]) == (str(spark), str(java))


def test_environments_are_built_for_the_spark_that_was_found(tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "spark-core_2.12-3.5.7.jar").touch()
    given = {"KUBEYARD_SPARK_HOME": str(tmp_path)}
    assert discover(given)["KUBEYARD_API_SPARK_VERSION"] == "3.5"
    assert discover(given | {"KUBEYARD_API_SPARK_VERSION": "4.1"})["KUBEYARD_API_SPARK_VERSION"] == "4.1"


def test_the_example_keeps_its_explanations_and_gets_values() -> None:
    filled = fill_in(EXAMPLE, {"KUBEYARD_EDGE_ADDRESS": "10.0.0.7", "KUBEYARD_API_PORT": "5050"})
    assert "\nKUBEYARD_EDGE_ADDRESS=10.0.0.7\n" in filled
    assert "\nKUBEYARD_API_PORT=5050\n" in filled
    assert len(filled.splitlines()) == len(EXAMPLE.splitlines())
    assert (
        filled.replace("=10.0.0.7", "=").replace("KUBEYARD_API_PORT=5050", "#KUBEYARD_API_PORT=5000")
        == EXAMPLE
    )


def test_the_example_explains_every_setting_of_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told of a setting that the example does not have."""
    with pytest.raises(settings.SettingsRefused) as refused:
        settings.read({})
    named = {line.split()[0] for line in str(refused.value).splitlines()}
    assert {"KUBEYARD_EDGE_ADDRESS", "KUBEYARD_RM_URLS", "KUBEYARD_SPARK_HOME"} <= named
    assert [name for name in named if f"\n{name}=" not in EXAMPLE] == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("EDGE_ADDRESS", "edge.example.org", "give this node's IPv4 address, not its name"),
        ("EDGE_ADDRESS", "2001:db8::7", "give this node's IPv4 address"),
        ("EDGE_ADDRESS", "0.0.0.0", "give an address that nodes and pods reach"),
        ("API_PORT", "http", "give a port from 1 to 65535"),
        ("EDGE_TLS", "yes", "give 1, or nothing for no"),
        ("RM_URLS", "rm:8088", "must start with http:// or https://"),
        ("GATEWAY_SUBMISSION", "livy", "give one of rest, spark-submit"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(name: str, value: str, problem: str) -> None:
    with pytest.raises(settings.SettingsRefused) as refused:
        settings.read({f"KUBEYARD_{name}": value})
    assert [
        line for line in str(refused.value).splitlines() if f"KUBEYARD_{name}" in line and problem in line
    ]


def test_the_command_ends_with_2_for_settings_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KUBEYARD_EDGE_ADDRESS", raising=False)
    assert main(["check"]) == 2
    assert "KUBEYARD_EDGE_ADDRESS is not set" in capsys.readouterr().err
