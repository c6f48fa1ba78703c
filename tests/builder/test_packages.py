"""Which package lines are taken, and why the others are not."""

import pytest
from kubeyard_api.builder.packages import RefusedLine, conda_spec, pip_requirement, problems


@pytest.mark.parametrize(
    "line",
    [
        "humanize",
        "pandas>=2.2,<3",
        "requests[socks]==2.32.3",
        "tomli; python_version < '3.11'",
        "numpy  # why",
    ],
)
def test_pip_takes_names_with_versions_extras_and_markers(line: str) -> None:
    assert pip_requirement(line).name


@pytest.mark.parametrize(
    "line", ["numpy", "numpy>=1.26,<2", "numpy 1.26.*", "python-dateutil=2.9", "zlib # why"]
)
def test_conda_takes_names_with_versions(line: str) -> None:
    assert conda_spec(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("https://example.org/a-1.0.whl", "address"),
        ("a @ https://example.org/a-1.0.whl", "address"),
        ("a @ file:///etc/passwd", "address"),
        ("git+https://example.org/a.git", "source repository"),
        ("a @ git+ssh://git@example.org/a", "source repository"),
        ("./a", "file or path"),
        ("../a", "file or path"),
        ("/etc/passwd", "file or path"),
        ("~/a", "file or path"),
        ("a-1.0.tar.gz", "file or path"),
        ("-r other.txt", "option"),
        ("--index-url=https://example.org", "option"),
        ("-e .", "option"),
        ("a b c", "no package name"),
        ("a;; b", "no package name"),
        ("", "no package"),
        ("# only a comment", "no package"),
        ("pyspark==4.0.5", "Spark comes with every kernel"),
        ("Py4J", "Spark's bridge comes with every kernel"),
    ],
)
def test_pip_refuses_everything_else_and_says_why(line: str, said: str) -> None:
    with pytest.raises(RefusedLine, match=said):
        pip_requirement(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("conda-forge::numpy", "channel"),
        ("numpy[url=https://example.org/a.conda]", "address|channel"),
        ("numpy[channel=other]", "channel"),
        ("https://example.org/a.conda", "address"),
        ("./a.conda", "file or path"),
        ("--channel other", "option"),
        ("num*", "no conda package"),
        ("pyspark", "Spark comes with every kernel"),
    ],
)
def test_conda_refuses_everything_else_and_says_why(line: str, said: str) -> None:
    with pytest.raises(RefusedLine, match=said):
        conda_spec(line)


def test_problems_name_the_list_and_the_line() -> None:
    found = problems(["humanize", "-e ."], ["numpy", "numpy", "x::y"])
    assert [problem.partition(":")[0] for problem in found] == ["pip line 2", "conda line 3"]
