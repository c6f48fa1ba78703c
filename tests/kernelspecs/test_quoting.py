"""Hostile values on their way through YARN's and bash's hands, executed for real."""

import subprocess
from pathlib import Path

import pytest
from kubeyard_yarn.quoting import (
    encode_file,
    environment_name,
    pack_for_container,
    quote_for_container,
    unpack,
)

HOSTILE = [
    "plain",
    "two words",
    "",
    "it's",
    'say "hello"',
    "$(touch pwned)",
    "`touch pwned`",
    "$HOME ${HOME} $0",
    "; touch pwned",
    "& touch pwned #",
    "| touch pwned",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "\\",
    "\\\\' \\\" \\$ \\`",
    "a\nb",
    "a\tb",
    "{{HOME}} {{{PWD}}} }}{{",
    "<LOG_DIR> <CPS> <ADD_OPENS>",
    "<<LOG_DIR>> {<CPS>}",
    "* ? [a-z] ~ !history",
    "{a,b} {1..3}",
    "naïve 日本 🚀",
    "-rf --option",
    "%s %n %%",
    "\\'$(touch pwned)`touch pwned`{{HOME}}<LOG_DIR>\"",
]


def written_by_yarn(command: str) -> str:
    """The line that a NodeManager writes into launch_container.sh for a container's command."""
    expanded = command.replace("<LOG_DIR>", "/yarn/logs").replace("<CPS>", ":")
    expanded = expanded.replace("<ADD_OPENS>", "--opens").replace("{{", "$").replace("}}", "")
    return f'exec /bin/bash -c "{expanded}"\n'


@pytest.mark.parametrize("value", HOSTILE)
def test_a_word_arrives_as_it_was_sent(value: str, tmp_path: Path) -> None:
    command = f"printf '%s\\\\0' before {quote_for_container(value)} after"
    script = tmp_path / "launch_container.sh"
    script.write_text(written_by_yarn(command))
    done = subprocess.run(
        ["/bin/bash", str(script)], cwd=tmp_path, capture_output=True, check=True, timeout=10
    )
    assert done.stdout.decode().split("\0") == ["before", value, "after", ""]
    assert not (tmp_path / "pwned").exists()


def test_the_unquoted_word_would_have_run(tmp_path: Path) -> None:
    script = tmp_path / "launch_container.sh"
    script.write_text(written_by_yarn("printf %s '$(touch pwned)'"))
    subprocess.run(["/bin/bash", str(script)], cwd=tmp_path, capture_output=True, check=True, timeout=10)
    assert (tmp_path / "pwned").exists()


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote_for_container("a\0b")


@pytest.mark.parametrize("value", HOSTILE)
def test_a_packed_value_survives_an_environment_entry(value: str, tmp_path: Path) -> None:
    packed = pack_for_container({"value": value})
    script = tmp_path / "launch_container.sh"
    script.write_text(f'export KUBEYARD_KERNEL="{packed}"\nprintf %s "$KUBEYARD_KERNEL"\n')
    done = subprocess.run(
        ["/bin/bash", str(script)], cwd=tmp_path, capture_output=True, check=True, timeout=10
    )
    assert unpack(done.stdout.decode()) == {"value": value}
    assert not set(packed) & set("{}<>$`\"'\\ ")


@pytest.mark.parametrize("value", HOSTILE)
def test_an_encoded_file_is_decoded_by_the_container(value: str, tmp_path: Path) -> None:
    command = f"printf %s {encode_file(value)} | base64 -d"
    script = tmp_path / "launch_container.sh"
    script.write_text(written_by_yarn(command))
    done = subprocess.run(
        ["/bin/bash", str(script)], cwd=tmp_path, capture_output=True, check=True, timeout=10
    )
    assert done.stdout.decode() == value


@pytest.mark.parametrize("name", ["A B", "A=1", "A;touch pwned", "1A", "", "A-B", "$(x)"])
def test_a_name_that_bash_would_read_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        environment_name(name)
