"""Whose code builds transactions: own unless asked otherwise, and refused at once if it is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coalface.cli import main
from coalface.range import thirdparty
from coalface.range.scenarios import build_scenario
from coalface.range.wallets import FAMILIES, family_named
from coalface.range.wallets.builder import WALLET_CODES, fits, rebuilt


def test_by_default_nothing_else_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thirdparty, "_PACKAGES", {})
    played = build_scenario("everyday", tmp_path, seed=1, n_blocks=140, version="9")
    assert {row.built_by for row in played.economy.book.txs} == {"own"}
    assert json.loads((tmp_path / "scenario.json").read_text())["wallet_codes"] == {"own": "9"}


@pytest.mark.parametrize("code", WALLET_CODES[1:])
def test_what_is_not_installed_is_refused_with_a_hint(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(thirdparty, "_PACKAGES", {})
    out = tmp_path / "out"
    command = ["range", "build", "everyday", str(out), "--seed", "1", "--wallet-code", f"own,{code}"]
    assert main(command) == 2
    assert not out.exists()
    said = capsys.readouterr().err
    assert "not installed" in said
    assert "install " in said


def test_code_that_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert main(["range", "build", "everyday", out, "--seed", "1", "--wallet-code", "atlantis"]) == 2
    assert "known are own, bdk, electrum" in capsys.readouterr().err


def test_what_does_not_fit_stays_as_it_is() -> None:
    for code in WALLET_CODES[1:]:
        fitting = [profile for profile in FAMILIES if fits(profile, code)]
        assert fitting
        for profile in FAMILIES:
            assert (rebuilt(profile, code) is profile) == (profile not in fitting)
    wallet = rebuilt(family_named("bitcoin_core"), "bdk")
    assert (wallet.name, wallet.code, wallet.upgrades) == ("bdk", "bdk", ())
    assert rebuilt(family_named("electrum_2"), "electrum").name == "electrum_2"
