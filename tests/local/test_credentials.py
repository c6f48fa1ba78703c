"""The platform's secrets."""

import os
import stat

import pytest
from kubeyard_local import credentials
from kubeyard_local.accounts import Account
from kubeyard_local.layout import Layout

ME = Account("me", os.geteuid(), os.getegid())


@pytest.fixture
def made(layout: Layout) -> Layout:
    layout.secrets.mkdir(parents=True)
    credentials.ensure(layout, ME)
    return layout


def test_every_secret_is_made_for_its_owner_only(made: Layout) -> None:
    for name, file in credentials.files(made).items():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, name
        assert len(bytes.fromhex(file.read_text())) == 32, name


def test_no_two_secrets_are_alike(made: Layout) -> None:
    values = {file.read_text() for file in credentials.files(made).values()}
    assert len(values) == len(credentials.NAMES)


def test_a_secret_never_changes(made: Layout) -> None:
    before = {name: file.read_text() for name, file in credentials.files(made).items()}
    credentials.ensure(made, ME)
    assert {name: file.read_text() for name, file in credentials.files(made).items()} == before


def test_one_that_was_cut_off_half_way_is_made_anew(layout: Layout) -> None:
    layout.secrets.mkdir(parents=True)
    (layout.secrets / "hub-crypt-key.part").write_text("12")
    credentials.ensure(layout, ME)
    assert len((layout.secrets / "hub-crypt-key").read_text()) == 64
    assert not list(layout.secrets.glob("*.part"))
