"""External legs: what left this chain in a swap, and where it came back, as somebody says who can be named.

A leg is entered by hand or imported. It continues a trace as far as it says so, and it is part of the answer
with its source and its grade; a swap whose other side is not known ends the trace, and that is an answer too.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coalface.chain import parse_outpoint
from coalface.chain.reference import parse_time
from coalface.errors import IoFailure, UsageError

__all__ = ["GRADES", "Leg", "UsedLeg", "read_legs"]

GRADES = ("record", "memo_and_vault", "memo", "match")
"""How well a leg is known: a record of the service; a memo paid to a known vault; a memo alone, which
states an intent; amounts and times that fit, which is a guess."""
_FIELDS = ("out", "asset", "amount", "time", "source", "grade")
_OPTIONAL = ("foreign_tx", "back", "followable")
_MAX_BYTES = 64 << 20
_OUTCOMES = {
    "continued": "came back to this chain and is followed there",
    "left": "left for another asset, where it can be followed by other means",
    "lost": "left for an asset that cannot be followed",
}


@dataclass(frozen=True)
class Leg:
    """One swap. Amount and time are as the source gives them."""

    out: str
    """``txid:vout`` that went into the swap."""
    asset: str
    amount: str
    time: str
    source: str
    grade: str
    """One of `GRADES`."""
    foreign_tx: str | None = None
    """Id of the transaction on the other chain."""
    back: str | None = None
    """``txid:vout`` that came back to this chain."""
    is_followable: bool = True
    """Whether the asset can be followed at all."""


@dataclass(frozen=True)
class UsedLeg:
    """A leg that tainted value reached."""

    leg: Leg
    tainted_sat: int
    """What reached it on this chain."""
    continued_sat: int
    """What goes on at its other end: in proportion to the two outputs' values, rounded down."""
    outcome: str
    """``continued``, ``left`` or ``lost``."""
    meaning: str


def used(leg: Leg, tainted_sat: int, continued_sat: int) -> UsedLeg:
    """A leg with what came of it."""
    outcome = "continued" if continued_sat else "left" if leg.is_followable else "lost"
    return UsedLeg(leg, tainted_sat, continued_sat, outcome, _OUTCOMES[outcome])


def read_legs(path: str | Path) -> tuple[Leg, ...]:
    """Legs of a file: TOML with tables ``[[leg]]``, or CSV with a header of the same names.

    Raises
    ------
    IoFailure
        If it cannot be read.
    UsageError
        If it is no such file, or a leg lacks a field or has one that makes no sense.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise UsageError(
                f"`{path}` has {size} bytes, at most {_MAX_BYTES} are read as legs", code="usage_legs"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise IoFailure(f"`{path}`: {error.strerror}", code="io_legs", context={"path": str(path)}) from error
    try:
        text = raw.decode("utf-8")
        rows: Sequence[object]
        if path.suffix.lower() == ".csv":
            rows = list(csv.DictReader(text.splitlines()))
        else:
            tables = tomllib.loads(text).get("leg", [])
            rows = tables if isinstance(tables, list) else [tables]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise _wrong(path, 0, f"no file of legs: {error}") from error
    return tuple(_leg(path, number, row) for number, row in enumerate(rows, 1))


def _leg(path: Path, number: int, row: object) -> Leg:
    """One leg."""
    if not isinstance(row, Mapping):
        raise _wrong(path, number, "a leg is a table of fields")
    unknown = sorted({str(name) for name in row} - {*_FIELDS, *_OPTIONAL})
    if unknown:
        raise _wrong(path, number, f"unknown field `{unknown[0][:40]}`")
    texts = {name: "" if row.get(name) is None else str(row[name]).strip() for name in (*_FIELDS, *_OPTIONAL)}
    for name in _FIELDS:
        if not texts[name]:
            raise _wrong(path, number, f"`{name}` is missing")
    if texts["grade"] not in GRADES:
        raise _wrong(path, number, f"grade `{texts['grade'][:40]}` is none of {', '.join(GRADES)}")
    for name in ("out", "back"):
        if texts[name] and parse_outpoint(texts[name]) is None:
            raise _wrong(path, number, f"`{name}` is `{texts[name][:80]}`, no txid:vout")
    try:
        parse_time(texts["time"])
    except ValueError as error:
        raise _wrong(path, number, f"time `{texts['time'][:40]}` is no UTC date or time") from error
    followable = texts["followable"].lower() or "true"
    if followable not in {"true", "false"}:
        raise _wrong(path, number, f"`followable` is `{followable[:40]}`, true or false are allowed")
    return Leg(
        out=texts["out"].lower(),
        asset=texts["asset"],
        amount=texts["amount"],
        time=texts["time"],
        source=texts["source"],
        grade=texts["grade"],
        foreign_tx=texts["foreign_tx"] or None,
        back=texts["back"].lower() or None,
        is_followable=followable == "true",
    )


def _wrong(path: Path, number: int, what: str) -> UsageError:
    """A file of legs that is none."""
    place = f", leg {number}" if number else ""
    return UsageError(
        f"`{path}`{place}: {what}", code="usage_legs", context={"path": str(path), "leg": number}
    )
