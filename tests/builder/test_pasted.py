"""What people paste: requirements.txt and environment.yml."""

from kubeyard_api.builder.pasted import parse


def test_a_requirements_file_gives_its_pip_packages() -> None:
    parsed = parse("# tools\nhumanize>=4  # numbers\n\npandas\npandas\n")
    assert parsed.pip == ("humanize>=4", "pandas")
    assert parsed.conda == ()
    assert parsed.problems == ()


def test_a_hashed_lock_gives_its_names_and_versions() -> None:
    parsed = parse(
        "humanize==4.9.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\npandas==2.2.3 --hash=sha256:cc\n"
    )
    assert parsed.pip == ("humanize==4.9.0", "pandas==2.2.3")
    assert parsed.problems == ()


def test_problems_carry_the_line_as_pasted() -> None:
    parsed = parse("humanize\n\n-r more.txt\ngit+https://example.org/x\n")
    assert parsed.pip == ("humanize",)
    assert [(problem.line, problem.text) for problem in parsed.problems] == [
        (3, "-r more.txt"),
        (4, "git+https://example.org/x"),
    ]


def test_an_environment_file_gives_both_lists_and_its_name() -> None:
    text = """name: lab
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy>=1.26
  - pip
  - pip:
      - humanize
"""
    parsed = parse(text)
    assert (parsed.name, parsed.conda, parsed.pip) == ("lab", ("numpy>=1.26",), ("humanize",))
    assert parsed.problems == ()


def test_an_environment_file_names_the_lines_that_cannot_be_taken() -> None:
    text = "dependencies:\n  - numpy\n  - other::scipy\n  - pip:\n    - ./local\n"
    parsed = parse(text)
    assert parsed.conda == ("numpy",)
    assert [(problem.line, problem.text) for problem in parsed.problems] == [
        (3, "other::scipy"),
        (5, "./local"),
    ]


def test_broken_yaml_is_a_problem_with_a_line() -> None:
    parsed = parse("dependencies:\n  - numpy\n - scipy: [\n")
    assert len(parsed.problems) == 1
    assert parsed.problems[0].line >= 3
    assert "YAML" in parsed.problems[0].reason


def test_dependencies_that_are_no_list_are_a_problem() -> None:
    assert "must be a list" in parse("dependencies: numpy\n").problems[0].reason
