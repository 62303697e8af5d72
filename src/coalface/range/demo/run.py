"""Builds the demo's chain, investigates it, and looks at the truth.

The investigation sees block files and address lists only. What the truth gives it is what a victim would
report: the outputs of the theft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coalface.chain import Chain, IndexReport, check, open_chain
from coalface.labels import service_addresses
from coalface.range.demo.case import Case, case_of
from coalface.range.demo.folder import CHAIN, PICTURE, STORE, clear, import_lists, index_part
from coalface.range.picture import Timeline, draw_story, read_timeline
from coalface.range.scenarios import build_scenario
from coalface.range.score.truth import read_truth
from coalface.screening import ScreeningResult, screen
from coalface.tracing import Trace, trace

__all__ = ["SCENARIO", "Demo", "run_demo"]

SCENARIO = "demo"
N_BLOCKS = 320
_HALF = 200
"""Blocks of the first of two index runs, as on a node that goes on."""
_LISTED_AFTER = 60
"""Blocks from the theft to the day on which the lists are published."""


@dataclass(frozen=True)
class Demo:
    """Everything that the demo found, and the truth beside it."""

    folder: Path
    store: Path
    truth: Path
    """Folder of the scenario: blocks, truth, story."""
    picture: Path
    first_run: IndexReport
    second_run: IndexReport
    is_sound: bool
    chain: Chain = field(repr=False)
    case: Case = field(repr=False)
    timeline: Timeline = field(repr=False)
    trace: Trace = field(repr=False)
    traced_through: Trace = field(repr=False)
    """The same trace without stopping at services: what would be smeared over strangers."""
    screened: dict[str, ScreeningResult] = field(repr=False)
    """By role: listed, loot (another address of the theft), innocent, service."""
    by_actor_sat: dict[str, int]
    """Traced satoshi by the true owner of the outputs where the trace ended."""
    through_by_actor_sat: dict[str, int]


def run_demo(folder: str | Path, seed: int = 7, *, version: str = "") -> Demo:
    """What an investigation of the demo's chain finds, with everything kept in `folder`.

    Parameters
    ----------
    folder
        Made anew if it is the folder of an earlier demo.
    seed
        Another seed tells the story with other people and amounts.
    version
        Version of the software, for the description of the chain.

    Raises
    ------
    UsageError
        If the folder exists and is no earlier demo's, or the seed makes a chain without theft.
    """
    folder = Path(folder)
    clear(folder)
    source, store = folder / CHAIN, folder / STORE
    blocks = build_scenario(SCENARIO, source, seed=seed, n_blocks=N_BLOCKS, version=version).economy.blocks
    truth = read_truth(source)
    case = case_of(truth)
    runs = [index_part(blocks, folder, n_blocks) for n_blocks in (_HALF, len(blocks))]
    is_sound = check(store).ok
    chain = open_chain(store)
    listed, loot = case.loot_addresses[:2]
    import_lists(folder, listed, truth.labels, chain.block(case.theft.height + _LISTED_AFTER).time_unix)
    stops = service_addresses(store)
    followed = trace(chain, case.theft.origins, stops=stops)
    through = trace(chain, case.theft.origins, stops={}, through_coinjoins=True)
    service = next(label.address for label in truth.labels if label.category == "exchange")
    roles = {"listed": listed, "loot": loot, "innocent": case.dust.address, "service": service}
    screened = {role: screen(store, address) for role, address in roles.items()}
    timeline = read_timeline(source)
    picture = folder / PICTURE
    picture.write_text(draw_story(timeline), encoding="utf-8", newline="\n")
    return Demo(
        folder=folder,
        store=store,
        truth=source,
        picture=picture,
        first_run=runs[0],
        second_run=runs[1],
        is_sound=is_sound,
        chain=chain,
        case=case,
        timeline=timeline,
        trace=followed,
        traced_through=through,
        screened=screened,
        by_actor_sat=_by_actor(followed, case.owner_of),
        through_by_actor_sat=_by_actor(through, case.owner_of),
    )


def _by_actor(found: Trace, owner_of: Mapping[str, str]) -> dict[str, int]:
    """Traced satoshi by the true owner of each output where the trace ended, largest first."""
    sums: dict[str, int] = {}
    for terminal in found.terminals:
        actor = owner_of.get(terminal.address or "", "nobody")
        sums[actor] = sums.get(actor, 0) + terminal.tainted_sat
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
