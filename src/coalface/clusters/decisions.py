"""What analysts decided about clusters: statements that two addresses have one owner, or never.

Kept in ``decisions.jsonl`` beside the chain, a statement a line, appended and made durable before it is
answered; nothing is overwritten. A statement is taken back by another one, which names it. Clusters are
derived from those that stand each time they are asked for, so that one taken back leaves no trace in them.
"""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, get_args, get_type_hints

from coalface.chain import Chain
from coalface.errors import CorruptStore, NotFound, UsageError
from coalface.follow.durable import failure, sync_folder

__all__ = ["Decision", "decisions", "merge", "split", "standing", "withdraw_decision"]

FILE_NAME: Final = "decisions.jsonl"
_KINDS: Final = ("split", "merge", "withdraw")
_MAX_TEXT: Final = 1000


@dataclass(frozen=True)
class Decision:
    """One statement of an analyst."""

    id: int
    """Its place in the history, from 1."""
    kind: str
    """``split``: never one cluster; ``merge``: always one; ``withdraw``: takes another statement back."""
    a: str | None
    """An address; `None` of a withdrawal."""
    b: str | None
    withdraws: int | None
    """Statement that it takes back; `None` of a split or a merge."""
    reason: str
    source: str
    """What it rests on."""
    author: str
    time_unix: int
    withdrawn_by: int | None = None
    """Statement that took it back; `None` if it stands."""


def decisions(store: str | Path) -> list[Decision]:
    """Every statement in the order in which they were made, those that were taken back too.

    Raises
    ------
    CorruptStore
        If a line of the file is no statement.
    """
    path = Path(store) / FILE_NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise failure("read", path, error) from error
    return _parsed(path, content)


def standing(store: str | Path) -> list[Decision]:
    """Splits and merges that were not taken back."""
    return [each for each in decisions(store) if each.kind != "withdraw" and each.withdrawn_by is None]


def split(chain: Chain, a: str, b: str, *, reason: str, source: str, author: str) -> Decision:
    """The new statement that two addresses never share a cluster.

    Parameters
    ----------
    chain
        The store, whose network the addresses are of. They need not occur yet.
    a, b
        Two addresses.
    reason, source, author
        Why, what it rests on, and who says so: kept and shown.

    Raises
    ------
    InvalidAddress
        If one of the texts is no address of the chain's network.
    UsageError
        If both are one address, or a text is empty or too long.
    """
    return _said(chain, "split", (a, b), reason, source, author)


def merge(chain: Chain, a: str, b: str, *, reason: str, source: str, author: str) -> Decision:
    """The new statement that two addresses always share a cluster, unless a split keeps them apart.

    Parameters
    ----------
    chain
        The store, whose network the addresses are of. They need not occur yet.
    a, b
        Two addresses.
    reason, source, author
        Why, what it rests on, and who says so: kept and shown.

    Raises
    ------
    InvalidAddress
        If one of the texts is no address of the chain's network.
    UsageError
        If both are one address, or a text is empty or too long.
    """
    return _said(chain, "merge", (a, b), reason, source, author)


def withdraw_decision(chain: Chain, decision: int, *, reason: str, source: str, author: str) -> Decision:
    """The new statement that takes another back; clusters are then as if that had never been made.

    Parameters
    ----------
    chain
        The store.
    decision
        Id of a split or merge.
    reason, source, author
        Why, what it rests on, and who says so: kept and shown.

    Raises
    ------
    NotFound
        If there is no such split or merge.
    UsageError
        If it was taken back before, or a text is empty or too long.
    """
    return _append(chain.folder, ("withdraw", None, None, decision, *_texts(reason, source, author)))


def _said(chain: Chain, kind: str, pair: tuple[str, str], reason: str, source: str, author: str) -> Decision:
    texts = _texts(reason, source, author)
    # Raises what is wrong with an address, whether it occurs or not.
    ids = [chain.core.find_address(each, chain.bound) for each in pair]
    if pair[0] == pair[1] or (ids[0] is not None and ids[0] == ids[1]):
        raise UsageError(f"`{pair[0]}` and `{pair[1]}` are one address", code="usage_decision")
    return _append(chain.folder, (kind, *pair, None, *texts))


def _texts(*texts: str) -> tuple[str, ...]:
    for what, text in zip(("reason", "source", "author"), texts, strict=True):
        if not 0 < len(text.strip()) <= _MAX_TEXT:
            raise UsageError(
                f"the {what} has {len(text.strip())} characters, allowed are 1 to {_MAX_TEXT}",
                code="usage_text",
            )
    # Lone surrogates stand for bytes of the command line that are no text.
    return tuple(text.strip().encode("utf-8", "replace").decode() for text in texts)


def _append(folder: Path, said: tuple[str | int | None, ...]) -> Decision:
    """Write one statement behind the others; one writer at a time."""
    path = folder / FILE_NAME
    try:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            content = file.read()
            before = _parsed(path, content)
            if said[0] == "withdraw":
                _check_withdrawable(before, said[3])
            kind, a, b, withdraws, reason, source, author = said
            fields = {
                "id": len(before) + 1, "kind": kind, "a": a, "b": b, "withdraws": withdraws,
                "reason": reason, "source": source, "author": author, "time_unix": int(time.time()),
            }  # fmt: skip
            # What a crash left of a line was never answered.
            file.truncate(content.rfind(b"\n") + 1)
            file.write(json.dumps(fields).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if isinstance(error, CorruptStore):
            raise
        raise failure("write", path, error) from error
    sync_folder(folder)
    return _decision(fields)


def _check_withdrawable(before: list[Decision], wanted: object) -> None:
    found = [each for each in before if each.id == wanted and each.kind != "withdraw"]
    if not found:
        raise NotFound(
            f"there is no split or merge {wanted}", hint="`clusters decisions` lists them with their ids"
        )
    if found[0].withdrawn_by is not None:
        raise UsageError(
            f"{found[0].kind} {wanted} was withdrawn by {found[0].withdrawn_by}", code="usage_decision"
        )


def _parsed(path: Path, content: bytes) -> list[Decision]:
    lines = content.split(b"\n")[:-1]
    found: dict[int, Decision] = {}
    for number, line in enumerate(lines, 1):
        try:
            decision = _decision(json.loads(line))
            taken_back = _taken_back(decision, number, found)
        except (ValueError, TypeError, RecursionError) as error:
            raise CorruptStore(
                f"`{path}`, line {number}: no statement about clusters: {error}",
                context={"path": str(path), "line": number},
                hint="restore the file from a copy",
            ) from error
        found[number] = decision
        if taken_back is not None:
            found[taken_back.id] = Decision(**{**asdict(taken_back), "withdrawn_by": number})
    return list(found.values())


def _taken_back(decision: Decision, number: int, before: dict[int, Decision]) -> Decision | None:
    """The statement that this one, line `number`, takes back."""
    if decision.id != number or decision.kind not in _KINDS or decision.withdrawn_by is not None:
        raise ValueError(f"id {decision.id}, kind {decision.kind!r}")
    found = before.get(decision.withdraws or 0)
    if (decision.kind == "withdraw") != (found is not None and found.kind != "withdraw"):
        raise ValueError(f"takes {decision.withdraws} back")
    return found


def _decision(fields: object) -> Decision:
    if not isinstance(fields, dict):
        raise TypeError("not an object")
    decision = Decision(**fields)
    for name, kind in get_type_hints(Decision).items():
        value = getattr(decision, name)
        if isinstance(value, bool) or not isinstance(value, get_args(kind) or kind):
            raise TypeError(f"`{name}` is {value!r}")
    if (decision.a is None or decision.b is None) != (decision.kind == "withdraw"):
        raise ValueError("a withdrawal has no addresses, others have two")
    return decision
