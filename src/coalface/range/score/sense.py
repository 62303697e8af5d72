"""Whether the tables of a truth make sense, each for itself and beside the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from coalface.range.score.folder import wrong
from coalface.range.score.table import Column

__all__ = ["check_sense"]

_TXID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAX_MONEY_SAT = 21_000_000 * 100_000_000
_MAX_VOUT = (1 << 32) - 1

Tables = Mapping[str, Mapping[str, Column]]


def check_sense(folder: Path, tables: Tables) -> None:
    """Refuse tables that contradict themselves or each other.

    Parameters
    ----------
    folder
        Where they come from, for messages.
    tables
        By name.

    Raises
    ------
    RangeFileError
        If a key stands twice, an amount is no amount, or a name points to nothing.
    """
    _check_keys(folder, tables)
    _check_amounts(folder, tables)
    _check_txids(folder, tables)
    _check_actors(folder, tables)


def _at(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _check_keys(folder: Path, tables: Tables) -> None:
    for name, key in (("actors", "actor"), ("addresses", "address"), ("txs", "txid")):
        values = tables[name][key]
        if len(set(values)) != len(values):
            raise wrong(_at(folder, name), f"names a {key} twice", "range_double")
    outputs = tables["outputs"]
    if len(set(zip(outputs["txid"], outputs["vout"].tolist(), strict=True))) != len(outputs["vout"]):
        raise wrong(_at(folder, "outputs"), "names an output twice", "range_double")


def _check_amounts(folder: Path, tables: Tables) -> None:
    for name, column, most in (
        ("outputs", "value_sat", _MAX_MONEY_SAT),
        ("outputs", "vout", _MAX_VOUT),
        ("stolen", "value_sat", _MAX_MONEY_SAT),
        ("stolen_outputs", "stolen_sat", _MAX_MONEY_SAT),
    ):
        values = tables[name][column]
        if len(values) and (values.min() < 0 or values.max() > most):
            raise wrong(_at(folder, name), f"`{column}` is outside 0 to {most}", "range_amount")


def _check_txids(folder: Path, tables: Tables) -> None:
    txids = set(tables["txs"]["txid"])
    if not txids:
        raise wrong(_at(folder, "txs"), "has no rows", "range_empty")
    if not all(_TXID.fullmatch(txid) for txid in txids):
        raise wrong(_at(folder, "txs"), "`txid` is not 64 hex digits everywhere", "range_txid")
    for name, column in (
        ("outputs", "txid"),
        ("outputs", "spent_txid"),
        ("coinjoins", "txid"),
        ("stolen_outputs", "txid"),
    ):
        if not set(tables[name][column]) - {None} <= txids:
            raise wrong(
                _at(folder, name), f"`{column}` names a transaction that txs.parquet lacks", "range_txid"
            )


def _check_actors(folder: Path, tables: Tables) -> None:
    actors = set(tables["actors"]["actor"])
    for name, column in (("addresses", "actor"), ("outputs", "owner")):
        unknown = set(tables[name][column]) - actors
        if unknown:
            text = min(unknown)[:80]
            raise wrong(
                _at(folder, name), f"`{column}` names `{text}`, who is not in actors.parquet", "range_actor"
            )
