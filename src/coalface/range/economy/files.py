"""Writes a finished chain and its truth into a folder."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from coalface.range.datadir import write_block_files
from coalface.range.economy.chain import Economy
from coalface.range.economy.labels import PublicKnowledge, public_knowledge
from coalface.range.economy.tables import table_rows, write_tables
from coalface.range.hashes import sha256

MARKER = "scenario.json"
"""The file by which a folder is known as one that was made here."""


@dataclass(frozen=True)
class Description:
    """What a folder says about itself.

    Parameters
    ----------
    name, seed, blocks
        Scenario, seed, and height of the tip.
    version
        Version of the software that made it.
    parameters
        Everything else that decided the chain.
    hidden_labels_percent
        Share of services of which nothing is published.
    digest
        SHA-256 over the raw blocks in order of height.
    writer
        Who wrote the block files, `own` or `core`.
    wallet_codes
        Whose code built transactions, and its version: `own`, `bdk`, `electrum`.
    """

    name: str
    seed: int
    blocks: int
    version: str
    parameters: dict[str, int | str]
    hidden_labels_percent: int
    digest: str
    writer: str
    wallet_codes: dict[str, str]


def blocks_digest(economy: Economy) -> str:
    """SHA-256 over the raw blocks in order of height, as hex."""
    digest = hashlib.sha256()
    for raw_block in economy.blocks:
        digest.update(raw_block)
    return digest.hexdigest()


def xor_key(seed: int) -> bytes:
    """The 8 bytes with which block files are obscured; a node would draw them, here the seed fixes them."""
    return sha256(f"coalface range xor/{seed}".encode())[:8]


def write_blocks(economy: Economy, folder: Path) -> None:
    """Block files as a node writes them, into ``folder/blocks``."""
    write_block_files(economy.blocks, folder / "blocks", xor_key=xor_key(economy.seed))


def write_truth(economy: Economy, folder: Path, description: Description) -> PublicKnowledge:
    """Everything but the blocks; returns what the public knows."""
    dice = economy.dice("what the public knows")
    public = public_knowledge(economy.book, dice, description.hidden_labels_percent)
    rows = table_rows(economy.book, economy.stolen, public.labelled, public.hidden)
    write_tables(folder / "truth", rows)
    _write_labels(folder / "labels.csv", public)
    _write_json(folder / "story.json", [asdict(event) for event in economy.dated_events()])
    _write_json(folder / MARKER, asdict(description))
    return public


def _write_labels(path: Path, public: PublicKnowledge) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("address", "actor", "category", "source"))
    writer.writerows((label.address, label.actor, label.category, label.source) for label in public.labels)
    path.write_text(text.getvalue(), encoding="utf-8")


def _write_json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
