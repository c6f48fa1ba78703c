"""Which Spark options a person may give."""

import pytest
from kubeyard_kernelspecs.spark_options import MOST_OPTIONS, OptionRefused, as_text, checked, from_text


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"spark.sql.shuffle.partitions": 8}, {"spark.sql.shuffle.partitions": "8"}),
        ({"spark.speculation": True}, {"spark.speculation": "true"}),
        ({"spark.memory.fraction": 0.5}, {"spark.memory.fraction": "0.5"}),
        ({"spark.sql.note": "$(id) `id` 'a' \"b\"\n"}, {"spark.sql.note": "$(id) `id` 'a' \"b\"\n"}),
        ({}, {}),
    ],
)
def test_how_queries_run_may_be_said(given: dict[str, object], read: dict[str, str]) -> None:
    assert checked(given) == read
    assert from_text(as_text(checked(given))) == read


@pytest.mark.parametrize(
    "name",
    [
        "spark.files",
        "spark.yarn.dist.files",
        "spark.yarn.keytab",
        "spark.kerberos.keytab",
        "spark.kerberos.principal",
        "spark.jars",
        "spark.jars.packages",
        "spark.submit.pyFiles",
        "spark.yarn.queue",
        "spark.yarn.tags",
        "spark.yarn.maxAppAttempts",
        "spark.executor.memory",
        "spark.executor.instances",
        "spark.driver.memory",
        "spark.driver.extraJavaOptions",
        "spark.executor.extraClassPath",
        "spark.executorEnv.LD_PRELOAD",
        "spark.yarn.appMasterEnv.PATH",
        "spark.dynamicAllocation.maxExecutors",
        "spark.authenticate",
        "spark.network.crypto.enabled",
        "spark.io.encryption.enabled",
        "spark.ui.view.acls",
        "spark.hadoop.fs.defaultFS",
        "spark.master",
        "spark.proxy.user",
        "SPARK.SQL.X",
        "spark.sql.a b",
        "spark.sql.a=1\nspark.yarn.queue",
        "--files",
        "spark",
        "",
    ],
)
def test_what_the_platform_decides_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(OptionRefused, match="Spark option"):
        checked({"spark.sql.shuffle.partitions": "8", name: "1"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("--conf spark.sql.x=1", "no JSON"),
        ("[]", "must be an object"),
        ('{"spark.sql.x": []}', "spark.sql.x must be a text"),
        ('{"spark.sql.x": null}', "spark.sql.x must be a text"),
        ('{"spark.sql.x": "a\\u0000"}', "spark.sql.x must be a text"),
        (as_text({"spark.sql.x": "x" * 1025}), "at most 1024"),
        (as_text({f"spark.sql.x{n}": "1" for n in range(MOST_OPTIONS + 1)}), "50 are allowed"),
    ],
)
def test_nonsense_is_told(text: str, said: str) -> None:
    with pytest.raises(OptionRefused, match=said):
        from_text(text)
