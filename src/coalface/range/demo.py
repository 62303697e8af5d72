"""The demo: writes the story's chain as a node would, investigates it, and compares with the truth.

The investigation sees block files and address lists only. The truth is looked at once, at the end, to say how
near the answer came.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from coalface.chain import Chain, IndexReport, check, index, open_chain
from coalface.errors import UsageError
from coalface.labels import import_list, service_addresses
from coalface.range.datadir import write_block_files
from coalface.range.story import Story, build_story
from coalface.screening import ScreeningResult, screen
from coalface.tracing import Trace, trace

__all__ = ["Demo", "run_demo"]

_MARKER = "coalface-demo.json"
_XOR_KEY = bytes.fromhex("c0a1face01234567")
_TAIL_BYTES = 1 << 20
_HALF = 200
"""Blocks of the first of two index runs, as on a node that goes on."""


@dataclass(frozen=True)
class Demo:
    """Everything that the demo found, and the truth beside it."""

    folder: Path
    store: Path
    first_run: IndexReport
    second_run: IndexReport
    is_sound: bool
    story: Story
    trace: Trace
    traced_through: Trace
    """The same trace without stopping at services: what would be smeared over strangers."""
    screened: dict[str, ScreeningResult]
    """By role: listed, loot (a thief's address of the theft), innocent, deposit."""
    chain: Chain
    by_actor_sat: dict[str, int]
    """Traced satoshi by the true owner of the outputs where the trace ended."""
    through_by_actor_sat: dict[str, int]


def run_demo(folder: str | Path, seed: int = 7) -> Demo:
    """What an investigation of the story's chain finds, with everything kept in `folder`.

    Parameters
    ----------
    folder
        Made anew if it is the folder of an earlier demo.
    seed
        Another seed tells the story with other people and amounts.

    Raises
    ------
    UsageError
        If the folder exists and is no earlier demo's.
    """
    folder = Path(folder)
    _clear(folder)
    story = build_story(seed)
    store = folder / "store"
    runs = [_index(story, folder / "regtest" / "blocks", store, part) for part in (_HALF, len(story.blocks))]
    is_sound = check(store).ok
    _import_lists(story, folder / "lists", store)
    chain = open_chain(store)
    deeds = story.truth.deeds
    stops = service_addresses(store)
    origins = [f"{outpoint.txid}:{outpoint.vout}" for outpoint in deeds.theft_outputs]
    followed = trace(chain, origins, stops=stops)
    through = trace(chain, origins, stops={}, through_coinjoins=True)
    loot = chain.tx(deeds.theft_txid).outputs[1].address or ""
    roles = {
        "listed": story.truth.listed_address,
        "loot": loot,
        "innocent": story.truth.dusted_address,
        "victim": story.labels.exchanges[story.truth.victim][0],
    }
    return Demo(
        folder=folder,
        store=store,
        first_run=runs[0],
        second_run=runs[1],
        is_sound=is_sound,
        story=story,
        trace=followed,
        traced_through=through,
        screened={role: screen(store, address) for role, address in roles.items()},
        chain=chain,
        by_actor_sat=_by_actor(story, followed),
        through_by_actor_sat=_by_actor(story, through),
    )


def _clear(folder: Path) -> None:
    """Remove what an earlier demo made in `folder`, and nothing else."""
    if folder.is_symlink() or (folder.exists() and any(folder.iterdir())):
        if folder.is_symlink() or not (folder / _MARKER).exists():
            raise UsageError(
                f"`{folder}` exists and is not the folder of an earlier demo",
                code="usage_demo_folder",
                hint="name another folder",
                context={"path": str(folder)},
            )
        for made in ("regtest", "lists", "store"):
            shutil.rmtree(folder / made, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).write_text(json.dumps({"made_by": "coalface demo"}) + "\n", encoding="utf-8")


def _index(story: Story, blocks: Path, store: Path, n_blocks: int) -> IndexReport:
    """One run of the index, when the node has seen the first `n_blocks` blocks."""
    if blocks.exists():
        shutil.rmtree(blocks)
    on_disk = story.blocks[:n_blocks] + (story.stale if n_blocks == len(story.blocks) else [])
    # Blocks arrive in another order than that of the chain: every third one late.
    order = sorted(range(len(on_disk)), key=lambda n: (n + 5 if n % 3 == 0 and n > 0 else n, n))
    write_block_files(on_disk, blocks, xor_key=_XOR_KEY, order=order, tail_bytes=_TAIL_BYTES)
    return index([blocks.parent], store)


def _import_lists(story: Story, folder: Path, store: Path) -> None:
    """What the public knows, as files that are imported like any other list."""
    folder.mkdir(parents=True)
    listed = folder / f"sanctions-{story.labels.listed_on}.txt"
    listed.write_text("".join(f"{address}\n" for address in story.labels.listed), encoding="ascii")
    import_list(store, listed)
    for name, addresses in story.labels.exchanges.items():
        path = folder / f"{name}-{story.labels.listed_on}.txt"
        path.write_text("".join(f"{address}\n" for address in addresses), encoding="ascii")
        import_list(store, path, category="exchange")


def _by_actor(story: Story, found: Trace) -> dict[str, int]:
    """Traced satoshi by the true owner of each output where the trace ended, largest first."""
    sums: dict[str, int] = {}
    owners = story.truth.ledger.owners
    for terminal in found.terminals:
        actor = owners.get(terminal.address or "", "nobody")
        sums[actor] = sums.get(actor, 0) + terminal.tainted_sat
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
