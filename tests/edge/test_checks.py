"""Each thing that an edge node or its cluster may lack is told in one line, with its remedy."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from harness.edge_cluster import SECURE, EdgeCluster, edge_settings, refusal, write_site
from harness.scripted_server import Answer, ScriptedServer, as_json
from harness.tls import context_of, make_certificate, write_revocations
from kubeyard_edge import checks
from kubeyard_edge.finding import Finding, Verdict
from kubeyard_edge.settings import read

Look = Callable[..., list[Finding]]


@pytest.fixture
def tls(tmp_path: Path) -> Path:
    """Return the folder of a certificate by an authority that nobody knows."""
    make_certificate(tmp_path / "tls", "127.0.0.1")
    return tmp_path / "tls"


def only(found: list[Finding], verdict: Verdict = Verdict.PROBLEM) -> Finding:
    """Return the one thing that is wrong."""
    assert [finding.verdict for finding in found] == [verdict], [finding.line() for finding in found]
    line = found[0].line()
    assert "\n" not in line
    assert found[0].mend in line
    return found[0]


def test_a_good_node_has_nothing_to_mend(look: Look) -> None:
    assert look() == []


def test_what_is_well_is_told_too(cluster_url: str, tmp_path: Path) -> None:
    found = checks.run(read(edge_settings(tmp_path, cluster_url)))
    told = {finding.what for finding in found if finding.verdict is Verdict.OK}
    assert {"Hadoop's files", "Java", "Spark", "ResourceManager", "NodeManagers", "HttpFS"} <= told


def test_hadoop_s_files_are_missed(look: Look, tmp_path: Path) -> None:
    found = only(look(HADOOP_CONF_DIR=str(tmp_path / "nowhere")))
    assert "core-site.xml and yarn-site.xml cannot be read" in found.text
    assert "KUBEYARD_HADOOP_CONF_DIR" in found.mend


def test_a_file_that_is_no_xml_is_named(look: Look, tmp_path: Path) -> None:
    look()
    conf = tmp_path / "other"
    conf.mkdir()
    write_site(conf / "core-site.xml", {"fs.defaultFS": "hdfs://nn:8020"})
    (conf / "yarn-site.xml").write_text("<configuration>")
    assert "yarn-site.xml is no XML" in only(look(HADOOP_CONF_DIR=str(conf))).text


def test_kerberos_is_told_by_the_node_s_files(look: Look, tmp_path: Path) -> None:
    conf = tmp_path / "secure"
    conf.mkdir()
    write_site(conf / "core-site.xml", {"hadoop.security.authentication": "kerberos"})
    write_site(conf / "yarn-site.xml", {"yarn.log-aggregation-enable": "true"})
    found = only(look(HADOOP_CONF_DIR=str(conf)))
    assert "Kerberos" in found.text
    assert "docs/operators-guide.md" in found.mend


def test_another_cluster_s_files_are_noticed(look: Look) -> None:
    found = only(look(HDFS_URI="hdfs://elsewhere:8020"))
    assert "hdfs://nn:8020" in found.text
    assert "hdfs://elsewhere:8020" in found.text


def test_spark_without_its_python_side_is_not_taken(look: Look, tmp_path: Path) -> None:
    other = tmp_path / "spark-without"
    (other / "jars").mkdir(parents=True)
    assert "no jars/spark-core" in only(look(SPARK_HOME=str(other))).text
    (other / "jars" / "spark-core_2.13-4.0.5.jar").touch()
    assert "without YARN" in only(look(SPARK_HOME=str(other))).text
    (other / "jars" / "spark-yarn_2.13-4.0.5.jar").touch()
    assert "lacks pyspark.zip" in only(look(SPARK_HOME=str(other))).text


def test_environments_for_another_spark_are_told(look: Look, tmp_path: Path) -> None:
    found = only(look(API_SPARK_VERSION="3.5"))
    assert found.text == f"environments would be built for Spark 3.5, but {tmp_path / 'spark'} is Spark 4.0"
    assert "set KUBEYARD_API_SPARK_VERSION=4.0" in found.mend
    assert "offers Spark 3.4, which no folder has" in only(look(API_SPARK_VERSIONS="4.0,3.4")).text


def test_a_java_too_old_for_spark_is_refused(look: Look, tmp_path: Path) -> None:
    old = tmp_path / "java-8"
    old.mkdir()
    (old / "release").write_text('IMPLEMENTOR="x"\nJAVA_VERSION="1.8.0_422"\n')
    assert "is Java 8, and this Spark needs 17" in only(look(JAVA_HOME=str(old))).text


def test_this_node_needs_java_for_spark_submit_only(look: Look, cluster: EdgeCluster, tmp_path: Path) -> None:
    cluster.configured |= {"hadoop.proxyuser.kubeyard.hosts": "*", "hadoop.proxyuser.kubeyard.groups": "*"}
    nowhere = str(tmp_path / "nowhere")
    assert look(JAVA_HOME=nowhere) == []
    found = only(look(JAVA_HOME=nowhere, GATEWAY_SUBMISSION="spark-submit"))
    assert "KUBEYARD_GATEWAY_SUBMISSION=rest" in found.mend


def test_spark_submit_wants_the_right_to_submit_for_others(look: Look) -> None:
    found = only(look(GATEWAY_SUBMISSION="spark-submit"))
    assert "hadoop.proxyuser.kubeyard.hosts" in found.mend


def test_an_address_of_another_machine_is_refused(look: Look) -> None:
    # 203.0.113.0/24 is for documents: no machine has it.
    assert "is no address of this node" in only(look(EDGE_ADDRESS="203.0.113.7")).text


def test_a_loopback_address_is_none_for_other_machines(
    look: Look, cluster: EdgeCluster, tmp_path: Path
) -> None:
    found = look(RM_URLS="http://rm.nowhere.test:8088")
    assert "nodes cannot report to 127.0.0.1" in found[0].text


def test_a_taken_port_is_named(look: Look) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        taken.settimeout(0)
        port = str(taken.getsockname()[1])
        found = only(look(GATEWAY_RESPONSE_PORT=port))
    assert f"127.0.0.1:{port}" in found.text
    assert "KUBEYARD_GATEWAY_RESPONSE_PORT" in found.mend


def test_a_port_of_the_platform_itself_is_not_taken(look: Look) -> None:
    class Alive(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"status": "alive"}).encode())

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Alive) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            assert look(API_PORT=str(server.server_port)) == []
        finally:
            server.shutdown()
            thread.join()


def test_without_tls_it_says_what_travels_in_clear(look: Look) -> None:
    assert "in clear" in only(look(EDGE_TLS=""), Verdict.WARNING).text


def test_no_resource_manager_in_charge(look: Look, cluster: EdgeCluster) -> None:
    cluster.ha_state = "STANDBY"
    assert "it is STANDBY" in only(look()).text


def test_one_of_a_pair_in_charge_is_enough(look: Look, cluster_url: str) -> None:
    assert look(RM_URLS=f"http://127.0.0.1:9,{cluster_url}") == []


def test_a_resource_manager_that_wants_a_login(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["/ws/v1/cluster/info"] = SECURE
    found = only(look())
    assert "Kerberos" in found.text
    assert "docs/operators-guide.md" in found.mend


def test_what_is_no_resource_manager(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["/ws/v1/cluster/info"] = as_json({"hello": "there"})
    assert "what answers is no ResourceManager" in only(look()).text


def test_submission_by_rest_that_is_not_allowed(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["/ws/v1/cluster/apps/new-application"] = refusal("no such right")
    found = only(look())
    assert "no such right" in found.text
    assert "spark-submit" in found.mend


def test_a_clock_that_is_off_is_told(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["/ws/v1/cluster/info"] = Answer(
        cluster_info(), 200, {"Content-Type": "application/json", "Date": "Sat, 21 Nov 2020 10:00:00 GMT"}
    )
    found = only(look(), Verdict.WARNING)
    assert found.what == "clock"
    assert "behind this node's" in found.text


def cluster_info() -> bytes:
    return json.dumps({"clusterInfo": {"state": "STARTED", "haState": "ACTIVE"}}).encode()


def test_rights_in_yarn_that_lack(look: Look, cluster: EdgeCluster) -> None:
    cluster.configured["yarn.admin.acl"] = "yarn,ops admins"
    assert "kubeyard is not in yarn.admin.acl" in only(look(), Verdict.WARNING).text
    cluster.configured["yarn.acl.enable"] = "false"
    assert "yarn.acl.enable is off" in only(look(), Verdict.WARNING).text


def test_nodes_that_this_node_does_not_reach(look: Look, cluster: EdgeCluster) -> None:
    cluster.nodes += ["127.0.0.1:9", "node-2.nowhere.test:8042"]
    found = only(look())
    assert found.text.startswith("2 of 3 do not answer this node (127.0.0.1:9: nobody listens there, ")
    assert "node-2.nowhere.test:8042" in found.text


def test_no_node_at_all(look: Look, cluster: EdgeCluster) -> None:
    cluster.nodes.clear()
    assert "none is running" in only(look()).text


def test_authorities_of_the_cluster_s_own_are_believed(look: Look, cluster: EdgeCluster, tls: Path) -> None:
    with ScriptedServer(cluster, context_of(tls)) as server:
        addresses = dict.fromkeys(("RM_URLS", "HTTPFS_URL", "HISTORY_URL"), server.url)
        assert look(HADOOP_CA_FILE=str(tls / "ca.crt"), **addresses) == []
        told = {finding.what: finding.text for finding in look(**addresses)}
    assert set(told) == {"ResourceManager", "HttpFS", "history server"}
    for text in told.values():
        assert "its certificate is not believed" in text
        assert "KUBEYARD_HADOOP_CA_FILE" in text


def test_a_file_without_certificates_is_named(look: Look, tmp_path: Path) -> None:
    assert "No such file" in only(look(HADOOP_CA_FILE=str(tmp_path / "nowhere.pem"))).text
    (tmp_path / "empty.pem").touch()
    assert "KUBEYARD_HADOOP_CA_FILE" in only(look(HADOOP_CA_FILE=str(tmp_path / "empty.pem"))).mend


def test_what_was_revoked_is_no_authority(look: Look, tmp_path: Path) -> None:
    found = only(look(HADOOP_CA_FILE=str(write_revocations(tmp_path / "revoked.pem"))))
    assert "revoked.pem cannot be read as certificates: it holds none" in found.text
    assert "KUBEYARD_HADOOP_CA_FILE" in found.mend


def test_authorities_are_named_by_their_whole_path(look: Look) -> None:
    found = only(look(HADOOP_CA_FILE="hadoop-ca.pem"))
    assert found.text == "KUBEYARD_HADOOP_CA_FILE is 'hadoop-ca.pem', which is no whole path"
    assert found.mend == "give its whole path"


def test_a_queue_that_is_not_there(look: Look) -> None:
    found = only(look(API_DEFAULT_QUEUE="research"))
    assert found.text == "there is no queue research, but interactive"


def test_a_queue_without_room_for_kernels(look: Look, cluster: EdgeCluster) -> None:
    cluster.queues[0]["AMResourceLimit"]["memory"] = 1000
    found = only(look(), Verdict.WARNING)
    assert "1 kernels at once" in found.text
    assert "maximum-am-resource-percent" in found.mend


def test_a_scheduler_that_is_not_understood(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["/ws/v1/cluster/scheduler"] = as_json({"scheduler": {"schedulerInfo": {"type": "fifo"}}})
    assert "not the capacity scheduler" in only(look()).text


def test_httpfs_out_of_reach(look: Look) -> None:
    assert "nobody listens there" in only(look(HTTPFS_URL="http://127.0.0.1:9")).text


def test_a_name_node_in_place_of_httpfs(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["/jmx"] = as_json({"beans": [{"State": "active"}]})
    assert "is a NameNode" in only(look()).text


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ("User: kubeyard is not allowed to impersonate kubeyard-check", "httpfs.proxyuser.kubeyard.hosts"),
        ("User: httpfs/nn@EXAMPLE is not allowed to impersonate x", "hadoop.proxyuser.httpfs.hosts"),
        ("Unauthorized connection for super-user: httpfs from IP 10.0.0.7", "hadoop.proxyuser.httpfs.hosts"),
    ],
)
def test_who_may_not_act_for_others_is_named(
    look: Look, cluster: EdgeCluster, message: str, where: str
) -> None:
    cluster.instead["GETFILESTATUS as kubeyard-check"] = refusal(message)
    found = only(look())
    assert found.what == "proxy user"
    assert where in found.mend


def test_a_folder_that_cannot_be_written(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["MKDIRS"] = refusal("Permission denied: user=kubeyard, access=WRITE", 500)
    found = only(look())
    assert "Permission denied" in found.text
    assert "hdfs dfs -chown kubeyard /kubeyard" in found.mend


def test_homes_that_the_service_cannot_make(look: Look, cluster: EdgeCluster) -> None:
    cluster.instead["SETOWNER"] = refusal("Non-super user cannot change owner", 500)
    assert "no superuser of HDFS" in only(look(), Verdict.WARNING).text


def test_the_history_server_is_missed_but_not_needed(look: Look) -> None:
    assert "history" in only(look(HISTORY_URL="http://127.0.0.1:9"), Verdict.WARNING).what


def test_hadoop_2_s_timeline_server_is_asked_in_its_own_way(
    look: Look, cluster: EdgeCluster, cluster_url: str
) -> None:
    timeline = f"{cluster_url}/ws/v1/applicationhistory"
    assert "cannot be shown" in only(look(HISTORY_URL=timeline), Verdict.WARNING).text
    cluster.instead["/ws/v1/applicationhistory/about"] = as_json({"About": "Generic History Service API"})
    assert look(HISTORY_URL=timeline) == []
