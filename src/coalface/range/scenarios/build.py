"""Builds a scenario into a folder: blocks, truth, labels, story."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from coalface.errors import UsageError
from coalface.range import thirdparty
from coalface.range.core import write_with_core
from coalface.range.economy.files import MARKER, Description, blocks_digest, write_blocks, write_truth
from coalface.range.economy.labels import HIDDEN_SHARES
from coalface.range.scenarios.catalogue import SCENARIOS
from coalface.range.scenarios.scenario import DEFAULT_BLOCKS, MIN_BLOCKS
from coalface.range.scenarios.stage import Played, play
from coalface.range.wallets.builder import WALLET_CODES
from coalface.range.wallets.profile import OWN_CODE

_MADE = ("blocks", "truth", "chainstate")
_INSTALLS = {
    "bdk": "pip install 'coalface[thirdparty]'",
    "electrum": "install Debian's package `python3-electrum` and put its folder on PYTHONPATH",
}


def build_scenario(
    name: str,
    folder: str | Path,
    *,
    seed: int,
    n_blocks: int = DEFAULT_BLOCKS,
    hide_labels_percent: int = 0,
    writer: str = "own",
    wallet_codes: Sequence[str] = (OWN_CODE,),
    version: str = "",
) -> Played:
    """The chain of a scenario, written into ``folder`` with everything that is true of it.

    Parameters
    ----------
    name
        Scenario, as `SCENARIOS` has it.
    folder
        Made anew if it is the folder of an earlier build.
    seed
        Fixes every byte.
    n_blocks
        Height of the tip.
    hide_labels_percent
        Share of services of which nothing is published: 0, 50, 90 or 98.
    writer
        ``own`` writes block files itself; ``core`` lets Bitcoin Core's library check and write them.
    wallet_codes
        Whose code builds transactions of private users and merchants: ``own``, ``bdk``, ``electrum``.
    version
        Version of the software, for the description.

    Raises
    ------
    UsageError
        If there is no such scenario, the numbers are out of range, wallet code is not known or not installed,
        or the folder is somebody else's.
    """
    folder = Path(folder)
    _check(name, n_blocks, hide_labels_percent)
    codes = list(dict.fromkeys(wallet_codes)) or [OWN_CODE]
    versions = {code: version if code == OWN_CODE else _version_of(code) for code in codes}
    _clear(folder)
    played = play(SCENARIOS[name], seed, n_blocks, wallet_codes=codes)
    if writer == "core":
        write_with_core(played.economy.blocks, folder)
    else:
        write_blocks(played.economy, folder)
    scenario = played.scenario
    parameters: dict[str, int | str] = dict(asdict(scenario.sizes))
    parameters["spacing_seconds"] = scenario.spacing_seconds
    parameters["playbooks"] = ",".join(playbook for playbook, _ in scenario.playbooks)
    description = Description(
        name=name,
        seed=seed,
        blocks=n_blocks,
        version=version,
        parameters=parameters,
        hidden_labels_percent=hide_labels_percent,
        digest=blocks_digest(played.economy),
        writer=writer,
        wallet_codes=versions,
    )
    write_truth(played.economy, folder, description)
    return played


def _check(name: str, n_blocks: int, hide_labels_percent: int) -> None:
    if name not in SCENARIOS:
        raise UsageError(
            f"scenario `{name[:80]}` is not known, known are {', '.join(SCENARIOS)}",
            code="usage_scenario",
            hint="`coalface range list` names them",
            context={"scenario": name[:80]},
        )
    if n_blocks < MIN_BLOCKS:
        raise UsageError(
            f"{n_blocks} blocks, at least {MIN_BLOCKS} are needed",
            code="usage_scenario_blocks",
            hint="a coinbase can be spent after 100 blocks, so nothing happens before",
            context={"blocks": n_blocks},
        )
    if hide_labels_percent not in HIDDEN_SHARES:
        raise UsageError(
            f"{hide_labels_percent} % of labels hidden; allowed are {', '.join(map(str, HIDDEN_SHARES))}",
            code="usage_scenario_labels",
            context={"hide_labels": hide_labels_percent},
        )


def _version_of(code: str) -> str:
    """Version of a third party's wallet code, which must be known and installed."""
    if code not in WALLET_CODES:
        raise UsageError(
            f"wallet code `{code[:80]}` is not known, known are {', '.join(WALLET_CODES)}",
            code="usage_wallet_code",
            context={"wallet_code": code[:80]},
        )
    if code not in thirdparty.available():
        raise UsageError(
            f"wallet code `{code}` is not installed",
            code="usage_range_extra",
            hint=_INSTALLS[code],
            context={"wallet_code": code},
        )
    return thirdparty.version(code)


def _clear(folder: Path) -> None:
    """Removes what an earlier build made, and nothing else."""
    if folder.is_symlink() or (folder.exists() and any(folder.iterdir())):
        if folder.is_symlink() or not (folder / MARKER).exists():
            raise UsageError(
                f"`{folder}` exists and is not the folder of an earlier build",
                code="usage_scenario_folder",
                hint="name another folder",
                context={"path": str(folder)},
            )
        for made in _MADE:
            shutil.rmtree(folder / made, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
