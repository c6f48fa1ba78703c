"""The keys that sign tokens, and their rotation."""

import json
import os
import threading
from pathlib import Path

import pytest
from harness.web_ui import AdvancingClock
from kubeyard_identity.verifier import InvalidToken, Verifier
from kubeyard_web.tokens.keys import SigningKeys
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
