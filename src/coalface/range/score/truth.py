"""The truth about a made-up chain, as its generator wrote it: read, and cut for hold-out."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coalface.errors import IoFailure, RangeFileError
from coalface.range.score.folder import read_json, wrong
from coalface.range.score.sense import check_sense
from coalface.range.score.table import Column, Kind, read_table

__all__ = ["TABLES", "PublicLabel", "Scenario", "Table", "Truth", "read_truth"]

TABLES: dict[str, dict[str, Kind]] = {
    "actors": {
        "actor": "text", "kind": "text", "family": "text", "playbook": "text?", "is_lawful": "bool",
        "is_twin": "bool", "near_threshold": "bool", "has_public_label": "bool", "category": "text?",
    },
    "addresses": {
        "address": "text", "wallet": "text", "actor": "text", "family": "text", "kind": "text",
        "first_height": "int", "custodian_of": "text?",
    },
    "txs": {
        "txid": "text", "height": "int", "initiator": "text", "family": "text", "tx_kind": "text",
        "playbook": "text?", "built_by": "text", "fee_sat": "int",
    },
    "outputs": {
        "txid": "text", "vout": "int", "height": "int", "value_sat": "int", "address": "text?",
        "kind": "text", "owner": "text", "wallet": "text", "purpose": "text", "beneficiary": "text?",
        "is_change": "bool", "spent_txid": "text?", "spent_vin": "int?",
    },
    "coinjoins": {
        "txid": "text", "protocol": "text", "side": "text", "index": "int", "participant": "text",
        "is_mix": "bool", "denomination_sat": "int?",
    },
    "stolen": {
        "playbook": "text", "theft_txid": "text", "height": "int", "holder": "text", "purpose_state": "text",
        "value_sat": "int",
    },
    "stolen_outputs": {"playbook": "text", "txid": "text", "vout": "int", "stolen_sat": "int"},
    "services": {
        "actor": "text", "category": "text?", "is_labelled_publicly": "bool", "is_hidden": "bool",
    },
}  # fmt: skip
"""Columns that scoring reads, by table. A generator may write more tables and more columns."""

Table = dict[str, Column]
_MAX_LABELS = 50_000_000


@dataclass(frozen=True)
class PublicLabel:
    """What the public knows of one address."""

    address: str
    actor: str
    category: str
    source: str


@dataclass(frozen=True)
class Scenario:
    """Which chain this is the truth of."""

    name: str
    seed: int
    n_blocks: int | None
    version: str
    hidden_label_ppm: int | None
    """Share of labels that were hidden when the chain was made, parts per million; `None` if not said."""
    digest: str | None
    """SHA-256 over the raw blocks in order of height."""


@dataclass(frozen=True)
class Truth:
    """What is true of a made-up chain. Tables are columns of one length each."""

    folder: Path
    scenario: Scenario
    labels: tuple[PublicLabel, ...]
    actors: Table = field(repr=False)
    addresses: Table = field(repr=False)
    txs: Table = field(repr=False)
    outputs: Table = field(repr=False)
    coinjoins: Table = field(repr=False)
    stolen: Table = field(repr=False)
    stolen_outputs: Table = field(repr=False)
    services: Table = field(repr=False)

    def of_actor(self, column: str) -> dict[str, Any]:
        """A column of the actors by actor."""
        return dict(zip(self.actors["actor"], self.actors[column].tolist(), strict=True))

    def only(self, **masks: NDArray[np.bool_]) -> Truth:
        """The same truth with those rows of the named tables only."""
        changes: dict[str, Any] = {
            name: {column: values[mask] for column, values in getattr(self, name).items()}
            for name, mask in masks.items()
        }
        return replace(self, **changes)


def read_truth(folder: str | Path) -> Truth:
    """The truth in the folder that `coalface range build` wrote.

    Parameters
    ----------
    folder
        Holds ``scenario.json``, ``labels.csv`` and ``truth/*.parquet``.

    Raises
    ------
    RangeFileError
        If a file is missing, cannot be read as what it should be, or contradicts another one.
    IoFailure
        If a file cannot be read.
    """
    folder = Path(folder)
    if not (folder / "scenario.json").exists():
        raise RangeFileError(
            f"`{folder}` is no truth folder: it has no scenario.json",
            code="range_missing",
            hint="name the folder that `coalface range build` wrote",
            context={"path": str(folder)},
        )
    scenario = _scenario(folder / "scenario.json")
    tables = {name: read_table(folder / "truth" / f"{name}.parquet", kinds) for name, kinds in TABLES.items()}
    check_sense(folder / "truth", tables)
    return Truth(folder, scenario, _labels(folder / "labels.csv"), **tables)


def _scenario(path: Path) -> Scenario:
    content = read_json(path)
    if not isinstance(content, dict):
        raise wrong(path, "holds no JSON object", "range_json")
    name, seed, version = content.get("name"), content.get("seed"), content.get("version")
    if not isinstance(name, str) or not name or not isinstance(seed, int) or isinstance(seed, bool):
        raise wrong(path, "says no `name` and `seed`", "range_json")
    blocks, digest = content.get("blocks"), content.get("digest")
    percent = content.get("hidden_labels_percent")
    share = content.get("hidden_label_share") if percent is None else percent
    return Scenario(
        name=name,
        seed=seed,
        n_blocks=blocks if isinstance(blocks, int) and not isinstance(blocks, bool) else None,
        version=version if isinstance(version, str) else "unknown",
        hidden_label_ppm=_ppm(share, 1_000_000 if percent is None else 10_000),
        digest=digest if isinstance(digest, str) else None,
    )


def _ppm(share: object, ppm_each: int) -> int | None:
    """A share in parts per million, `None` if it is none; ``ppm_each`` is what one of its unit is."""
    if (
        not isinstance(share, int | float)
        or isinstance(share, bool)
        or not 0 <= share * ppm_each <= 1_000_000
    ):
        return None
    return round(share * ppm_each)


def _labels(path: Path) -> tuple[PublicLabel, ...]:
    wanted = ("address", "actor", "category", "source")
    found: list[PublicLabel] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if not set(wanted) <= set(rows.fieldnames or ()):
                raise wrong(path, f"lacks one of the columns {', '.join(wanted)}", "range_column")
            for row in rows:
                values = [row[name] for name in wanted]
                if not all(isinstance(value, str) for value in values) or not values[0]:
                    raise wrong(path, f"line {rows.line_num} has no address or too few fields", "range_gap")
                if len(found) >= _MAX_LABELS:
                    raise wrong(path, f"has more than {_MAX_LABELS} lines", "range_size")
                found.append(PublicLabel(*values))
    except FileNotFoundError as error:
        raise wrong(path, "is missing", "range_missing") from error
    except OSError as error:
        raise IoFailure(f"`{path}`: {error.strerror}", context={"path": str(path)}) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise wrong(path, "is no CSV text in UTF-8", "range_csv") from error
    return tuple(found)
