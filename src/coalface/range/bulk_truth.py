"""Who owns what on a bulk chain, read from the columns beside it."""

from __future__ import annotations

import hashlib
import json
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface.errors import UsageError

__all__ = ["NOBODY", "BulkTruth", "OutputPurpose", "OwnerClass"]

NOBODY = 0
"""Number of the owner of what anybody may spend, and of the genesis block's output."""


class OwnerClass(IntEnum):
    """What an owner does."""

    NOBODY = 0
    PERSON = 1
    SERVICE = 2
    """Paid over and over, sweeps many outputs at once."""
    POOL = 3
    """Paid by coinbases."""


class OutputPurpose(IntEnum):
    """What an output is for."""

    COINBASE = 0
    PAYMENT = 1
    """To somebody else."""
    CHANGE = 2
    """Back to the one who pays, beside payments."""
    CONSOLIDATION = 3
    """Everything back to the one who pays."""
    DATA = 4
    COMMITMENT = 5
    """To witnesses (BIP-0141)."""


class BulkTruth:
    """The truth of one bulk chain. Its arrays lie over the files and are read-only.

    Parameters
    ----------
    folder
        The chain's folder, or the folder ``truth`` in it.

    Raises
    ------
    UsageError
        If there is no truth of a bulk chain, or its columns do not fit what it says of itself.
    """

    def __init__(self, folder: str | Path) -> None:
        base = Path(folder)
        self.folder = base if (base / "truth.json").exists() else base / "truth"
        about = self.folder / "truth.json"
        if not about.exists():
            raise UsageError(
                f"`{folder}` holds no truth.json",
                code="usage_no_truth",
                hint="name a folder that `coalface range bulk` wrote",
            )
        self.facts: dict[str, object] = json.loads(about.read_text("utf-8"))
        if self.facts.get("kind") != "bulk" or self.facts.get("version") != 1:
            raise UsageError(f"`{about}` is no truth of a bulk chain, version 1", code="usage_no_truth")

    def _column(self, name: str, dtype: str, count: str) -> NDArray[np.generic]:
        """A column, as long as ``truth.json`` says."""
        path = self.folder / name
        rows = self.facts.get(count)
        size = path.stat().st_size if path.exists() else 0
        if not isinstance(rows, int) or size != rows * np.dtype(dtype).itemsize:
            raise UsageError(f"`{path}` has {size} bytes, {count} is {rows}", code="usage_damaged_truth")
        return np.memmap(path, dtype=dtype, mode="r")

    @cached_property
    def address_owner(self) -> NDArray[np.uint32]:
        """Number of the owner of every address, by its id in a store of the whole chain."""
        return self._column("address_owner.u32", "<u4", "n_addresses").astype(np.uint32, copy=False)

    @cached_property
    def address_script(self) -> NDArray[np.uint64]:
        """First eight bytes of the SHA-256 of every address's script, in the same order."""
        return self._column("address_script.u64", "<u8", "n_addresses").astype(np.uint64, copy=False)

    @cached_property
    def output_purpose(self) -> NDArray[np.uint8]:
        """`OutputPurpose` of every output of the best chain, in chain order."""
        return self._column("output_purpose.u8", "u1", "n_outputs").astype(np.uint8, copy=False)

    @cached_property
    def owner_class(self) -> NDArray[np.uint8]:
        """`OwnerClass` of every owner."""
        return self._column("owner_class.u8", "u1", "n_owners").astype(np.uint8, copy=False)

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        """Addresses in order of their script's hash."""
        return np.argsort(self.address_script, kind="stable")

    def address_ids(self, script: bytes) -> list[int]:
        """Ids of the addresses whose script this is: one, none, or with vanishing chance several.

        Parameters
        ----------
        script
            An output script.
        """
        key = np.frombuffer(hashlib.sha256(script).digest()[:8], "<u8").astype(np.uint64)[0]
        order = self._order
        first = int(np.searchsorted(self.address_script, key, "left", sorter=order))
        last = int(np.searchsorted(self.address_script, key, "right", sorter=order))
        return [int(address_id) for address_id in order[first:last]]

    def owner_of(self, script: bytes) -> int | None:
        """Number of the owner of an output script; `None` if the chain never paid it.

        Parameters
        ----------
        script
            An output script.

        Raises
        ------
        UsageError
            If two scripts of the chain cannot be told apart by eight bytes of their hash.
        """
        owners = {int(self.address_owner[address_id]) for address_id in self.address_ids(script)}
        if len(owners) > 1:
            raise UsageError(
                "two scripts of this chain share eight bytes of their hash", code="usage_ambiguous"
            )
        return owners.pop() if owners else None
