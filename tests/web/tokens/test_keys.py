"""The keys that sign tokens, and their rotation."""

import json
import os
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path

import pytest
from harness.web_ui import AdvancingClock
from joserfc.jwk import RSAKey
from kubeyard_identity.verifier import InvalidToken, Verifier
from kubeyard_web.tokens.keys import SigningKeys
from kubeyard_web.tokens.keys_command import change_keys
from kubeyard_web.tokens.signing import Bearer, TokenIssuer

ISSUER = "http://127.0.0.1:5000"
BOB = Bearer("bob", ("people",), ("user",))


class Signer:
    """Keys in a folder, whoever signs by them, and the verifier of the edge that trusts them."""

    def __init__(self, folder: Path) -> None:
        self.clock = AdvancingClock()
        self.private_file = folder / "state" / "signing-keys.json"
        self.public_file = folder / "public" / "jwks.json"
        self.keys = SigningKeys(self.private_file, self.public_file, self.clock)
        self.keys.ensure()
        self.tokens = TokenIssuer(self.keys, self.clock, ISSUER, 600)
        self.verifier = Verifier(self.public_file, ISSUER, "kubeyard-api")

    @property
    def public_ids(self) -> list[str]:
        """The ids of the keys that are published."""
        return [key["kid"] for key in json.loads(self.public_file.read_text())["keys"]]


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """A signer with one key."""
    return Signer(tmp_path)


def test_the_private_file_is_for_us_and_the_public_one_for_all(signer: Signer) -> None:
    assert signer.private_file.stat().st_mode & 0o777 == 0o600
    assert signer.public_file.stat().st_mode & 0o777 == 0o644
    [public] = json.loads(signer.public_file.read_text())["keys"]
    assert set(public) == {"kty", "n", "e", "kid", "use", "alg"}


def test_the_key_is_kept_when_we_start_again(signer: Signer) -> None:
    before = signer.private_file.read_text()

    SigningKeys(signer.private_file, signer.public_file, signer.clock).ensure()

    assert signer.private_file.read_text() == before


def test_a_public_set_that_went_missing_is_published_again(signer: Signer) -> None:
    signer.public_file.unlink()

    signer.keys.ensure()

    assert signer.verifier.caller(signer.tokens.sign(BOB)).name == "bob"


def test_starting_twice_at_once_makes_one_key(tmp_path: Path) -> None:
    signers: list[SigningKeys] = []

    def start() -> None:
        keys = SigningKeys(tmp_path / "private.json", tmp_path / "public.json", AdvancingClock())
        keys.ensure()
        signers.append(keys)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({str(keys.current().kid) for keys in signers}) == 1


def test_after_a_rotation_old_and_new_tokens_are_both_accepted(signer: Signer) -> None:
    old = signer.tokens.sign(BOB)

    new_id = signer.keys.rotate()
    new = signer.tokens.sign(BOB)

    assert signer.public_ids[0] == new_id
    assert len(signer.public_ids) == 2
    assert signer.verifier.caller(old).name == "bob"
    assert signer.verifier.caller(new).name == "bob"


def test_a_running_server_signs_by_the_key_that_a_command_made(signer: Signer) -> None:
    signer.tokens.sign(BOB)

    new_id = SigningKeys(signer.private_file, signer.public_file, signer.clock).rotate()

    assert str(signer.keys.current().kid) == new_id


def test_a_replaced_key_is_dropped_once_its_tokens_have_ended(signer: Signer) -> None:
    [first] = signer.public_ids
    signer.keys.rotate()
    signer.clock.advance(3600)
    signer.keys.rotate()
    assert first in signer.public_ids

    signer.clock.advance(2 * 3600)
    signer.keys.rotate()

    assert first not in signer.public_ids
    assert len(signer.public_ids) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand files to another account")
def test_keys_that_root_rotates_stay_the_services_own(signer: Signer) -> None:
    os.chown(signer.private_file, 65534, 65534)

    signer.keys.rotate()

    status = signer.private_file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (65534, 65534, 0o600)


def test_a_token_of_another_key_is_refused(signer: Signer, tmp_path: Path) -> None:
    forger = Signer(tmp_path / "elsewhere")

    with pytest.raises(InvalidToken):
        signer.verifier.caller(forger.tokens.sign(BOB))


def test_a_token_is_handed_out_again_until_three_quarters_of_its_life(signer: Signer) -> None:
    first = signer.tokens.token(BOB)
    signer.clock.advance(449)
    assert signer.tokens.token(BOB) == first

    signer.clock.advance(2)

    assert signer.tokens.token(BOB) != first


def test_a_changed_role_makes_a_new_token_at_once(signer: Signer) -> None:
    signer.tokens.token(Bearer("ada", ("people",), ("user",)))

    promoted = signer.tokens.token(Bearer("ada", ("admins", "people"), ("user", "admin")))

    assert signer.verifier.caller(promoted).is_admin


def test_a_prepared_key_is_published_before_anything_is_signed_by_it(signer: Signer) -> None:
    [first] = signer.public_ids

    prepared = signer.keys.prepare()

    assert signer.public_ids == [first, prepared]
    assert str(signer.keys.current().kid) == first
    assert signer.keys.prepare() == prepared
    assert signer.keys.rotate() == prepared
    assert signer.verifier.caller(signer.tokens.sign(BOB)).name == "bob"


def test_an_edge_that_was_given_the_keys_in_time_takes_tokens_of_both(signer: Signer, tmp_path: Path) -> None:
    old = signer.tokens.sign(BOB)
    signer.keys.prepare()
    edge = Verifier(tmp_path / "edge.json", ISSUER, "kubeyard-api")
    (tmp_path / "edge.json").write_text(signer.public_file.read_text())

    signer.keys.rotate()

    assert edge.caller(old).name == "bob"
    assert edge.caller(signer.tokens.sign(BOB)).name == "bob"


AS_A_POD_HAS_THEM = """
import sys
from pathlib import Path
from kubeyard_web.clock import Clock
from kubeyard_web.tokens.keys import KeysAreKeptElsewhere, SigningKeys
keys = SigningKeys(Path(sys.argv[1]), Path(sys.argv[2]), Clock())
keys.ensure()
try:
    keys.rotate()
except KeysAreKeptElsewhere as refused:
    print(keys.current().kid, refused)
"""


@pytest.mark.slow
def test_mounted_keys_are_used_and_never_written(signer: Signer, tmp_path: Path) -> None:
    signer.private_file.parent.chmod(0o555)
    # Root without capabilities is bound by a folder's mode like anybody else.
    bound = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    published = tmp_path / "jwks.json"
    argv = [*bound, sys.executable, "-c", AS_A_POD_HAS_THEM, str(signer.private_file), str(published)]

    told = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout

    assert [key["kid"] for key in json.loads(published.read_text())["keys"]] == signer.public_ids
    assert told.startswith(signer.public_ids[0])
    assert "signing-keys" in told


def test_keys_of_a_secret_are_made_prepared_and_rotated_by_a_filter() -> None:
    keys = _filtered("new", "")
    [first] = _public_ids(keys)

    waiting = _filtered("prepare", keys)
    in_use = _filtered("rotate", waiting)

    assert _public_ids(waiting)[0] == first
    assert _public_ids(in_use) == list(reversed(_public_ids(waiting)))


def test_keys_of_a_secret_are_rotated_to_none_that_was_not_prepared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The edge would be asked to believe a key that nobody could give it."""
    out = StringIO()
    finished = _filtered("rotate", _filtered("prepare", _filtered("new", "")))

    assert change_keys("rotate", StringIO(finished), out) == 1

    assert out.getvalue() == ""
    assert "No next key waits" in capsys.readouterr().err


def test_a_key_as_pem_signs_and_can_be_rotated(tmp_path: Path) -> None:
    pem = RSAKey.generate_key(2048).as_pem(private=True).decode()
    (tmp_path / "key.pem").write_text(pem)
    keys = SigningKeys(tmp_path / "key.pem", tmp_path / "jwks.json", AdvancingClock())
    keys.ensure()
    token = TokenIssuer(keys, AdvancingClock(), ISSUER, 600).sign(BOB)

    assert Verifier(tmp_path / "jwks.json", ISSUER, "kubeyard-api").caller(token).name == "bob"
    assert str(keys.current().kid) in _public_ids(_filtered("rotate", _filtered("prepare", pem)))


def test_what_holds_no_keys_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert change_keys("rotate", StringIO('{"keys": []}'), StringIO()) == 2
    assert "holds no signing keys" in capsys.readouterr().err


def _filtered(action: str, text: str) -> str:
    out = StringIO()
    assert change_keys(action, StringIO(text), out) == 0
    return out.getvalue()


def _public_ids(keys: str) -> list[str]:
    return [key["kid"] for key in json.loads(_filtered("public", keys))["keys"]]
