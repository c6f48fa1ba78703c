"""What a build's log shows, and what it hides."""

from pathlib import Path

from kubeyard_api.builder.log import BuildLog


def test_each_line_has_its_time_and_step(tmp_path: Path) -> None:
    log = BuildLog(tmp_path / "a.log", {})
    log.line("begin")
    log.step = "solve"
    log.line("one\n\ntwo")
    lines = (tmp_path / "a.log").read_text().splitlines()
    assert [line.partition("] ")[2] for line in lines] == ["begin", "solve: one", "solve: two"]
    log.close()


def test_paths_credentials_and_terminal_codes_stay_out(tmp_path: Path) -> None:
    log = BuildLog(tmp_path / "a.log", {"/state/builds": "<builds>", "/state/builds/work/1": "<build>"})
    log.line(
        "\x1b[31mfetching https://ada:secret@index.example/simple into /state/builds/work/1/prefix\x1b[0m"
    )
    log.line("and /state/builds/cache")
    text = (tmp_path / "a.log").read_text()
    assert "fetching https://***@index.example/simple into <build>/prefix" in text
    assert "and <builds>/cache" in text
    assert "secret" not in text
    assert "\x1b" not in text
    log.close()


def test_a_log_that_exists_is_continued(tmp_path: Path) -> None:
    for word in ("first", "second"):
        log = BuildLog(tmp_path / "a.log", {})
        log.line(word)
        log.close()
    assert len((tmp_path / "a.log").read_text().splitlines()) == 2
