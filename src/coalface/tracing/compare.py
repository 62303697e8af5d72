"""One question, put to every method, and what its answer hangs on.

The question is "did at least so much of the origins' coin reach this place?". The answer of the declared
method is the answer; the others say whether it survives a change of method. An *assumption* is anything that
somebody decided and the chain does not prove: the method, a rule, a label, an override, a leg. The
smallest set without which the answer falls is found by taking assumptions away, one, two, then three at a
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.accuracy import ErrorRates, error_rates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters import COINJOIN_RULE, RULE_SET
from coalface.tracing.methods import METHODS, method_named
from coalface.tracing.origins import Origin, Parts, origin_parts
from coalface.tracing.stops import BOUNDARIES, STOP_BOUNDARIES, Override, Stop, Stops, stops_of
from coalface.tracing.targets import target_outputs
from coalface.tracing.trace import DEFAULT_MEMORY_BYTES, Question

__all__ = ["Assumption", "Comparison", "MethodAnswer", "compare"]

_UNSPENT = BOUNDARIES.index("unspent")
_MOST_TOGETHER = 3
_MAX_LABELS = 40
"""Labels, of those at which most value ended, that are taken away one by one."""


@dataclass(frozen=True)
class MethodAnswer:
    """What one method says."""

    method: str
    reached_sat: int
    is_reached: bool


@dataclass(frozen=True)
class Assumption:
    """Something that an answer rests on and the chain does not prove."""

    kind: str
    """``method``, ``rule``, ``label`` or ``override``."""
    name: str
    meaning: str
    without_sat: int
    """What is reached without it alone; for the method, by the one that differs most."""
    is_needed: bool
    """Whether the answer falls without it alone."""


@dataclass(frozen=True)
class Comparison:
    """One question under all methods."""

    origins: tuple[Origin, ...]
    targets: tuple[Origin, ...]
    at_least_sat: int
    method: str
    """The declared one."""
    reached_sat: int
    is_reached: bool
    """The answer."""
    methods: tuple[MethodAnswer, ...]
    is_robust: bool
    """Whether all methods that conserve value agree."""
    assumptions: tuple[Assumption, ...]
    smallest_sets: tuple[tuple[str, ...], ...]
    """Every smallest set of assumptions without which the answer falls; none if none was found."""
    is_exhaustive: bool
    """Whether all sets of up to three were tried, of all assumptions that came into play."""
    n_traces: int
    overrides: tuple[Override, ...]
    coverage: Coverage
    provenance: Provenance
    parameters: dict[str, int | bool]
    error_rates: ErrorRates


@dataclass(frozen=True)
class _Setting:
    """Everything that may be taken away."""

    method: str
    stops: dict[str, Stop]
    with_clusters: bool
    through: tuple[str, ...]
    through_coinjoins: bool
    suspected: Mapping[int, str]


def compare(
    chain: Chain,
    origins: Sequence[str],
    targets: Sequence[str],
    at_least_sat: int,
    *,
    method: str = "haircut",
    stops: Mapping[str, str | Stop] | None = None,
    stop_at_clusters: bool = True,
    suspected: Mapping[int, str] | None = None,
    through: Sequence[str] = (),
    through_coinjoins: bool = False,
    max_txs: int = 1_000_000,
    max_traces: int = 200,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Whether at least `at_least_sat` satoshi of `origins` reached `targets`, by every method, and why.

    Parameters
    ----------
    chain
        As of which block.
    origins, targets
        As the origins of `trace`; a target is a whole output, a transaction, an address or a cluster.
    at_least_sat
        Amount in question.
    method, stops, stop_at_clusters, suspected, through, through_coinjoins, max_txs, memory_bytes, progress
        As in `trace`. Value that reached a target stays there.
    max_traces
        Traces to make at the most.

    Raises
    ------
    NotFound, InvalidAddress, UsageError, LimitExceeded, Cancelled
        As `trace`.
    """
    chosen = method_named(method, "forward")
    check_count("at_least_sat", at_least_sat, least=1)
    check_count("max_traces", max_traces, least=len(METHODS))
    found, parts = origin_parts(chain, origins)
    wanted, outputs = target_outputs(chain, targets)
    named = {text: each if isinstance(each, Stop) else Stop(each) for text, each in (stops or {}).items()}
    setting = _Setting(
        method, named, stop_at_clusters, tuple(through), through_coinjoins, dict(suspected or {})
    )
    asked = _Asked(chain, parts, outputs, max_txs, memory_bytes, progress)
    reached_sat, record, ends = asked.ask(setting)
    is_reached = reached_sat >= at_least_sat
    answers = {name: asked.ask(replace(setting, method=name))[0] for name in METHODS}
    others = [
        sat for name, sat in answers.items() if name != method and method_named(name, "forward").conserves
    ]
    candidates = _candidates(chain, setting, record, ends)
    alone: dict[str, int] = {}
    flips: list[tuple[str, ...]] = []
    # By how the answer could fall: the method that differs most from the declared one.
    alone["method"] = min(others, default=reached_sat) if is_reached else max(others, default=reached_sat)
    if (alone["method"] >= at_least_sat) != is_reached:
        flips.append(("method",))
    is_whole = len(candidates) < _MAX_LABELS
    for size in range(1, _MOST_TOGETHER + 1):
        for names in combinations(candidates, size):
            if asked.n_traces >= max_traces:
                is_whole = False
                break
            changed = setting
            for name in names:
                changed = candidates[name][2](changed)
            sat = asked.ask(changed)[0]
            if size == 1:
                alone[names[0]] = sat
            if (sat >= at_least_sat) != is_reached:
                flips.append(names)
        if flips or not is_whole:
            break
    rules = (() if through_coinjoins else (COINJOIN_RULE,)) + (
        (RULE_SET,) if named and stop_at_clusters else ()
    )
    meaning = {"method": ("method", f"the method is {chosen.name}")} | {
        name: (kind, text) for name, (kind, text, _) in candidates.items()
    }
    return Comparison(
        origins=tuple(found),
        targets=tuple(wanted),
        at_least_sat=at_least_sat,
        method=chosen.version,
        reached_sat=reached_sat,
        is_reached=is_reached,
        methods=tuple(
            MethodAnswer(method_named(name, "forward").version, sat, sat >= at_least_sat)
            for name, sat in answers.items()
        ),
        is_robust=all((sat >= at_least_sat) == is_reached for sat in others),
        assumptions=tuple(
            Assumption(meaning[name][0], name, meaning[name][1], sat, (sat >= at_least_sat) != is_reached)
            for name, sat in alone.items()
        ),
        smallest_sets=tuple(flips),
        is_exhaustive=is_whole,
        n_traces=asked.n_traces,
        overrides=ends.overrides,
        coverage=chain.coverage,
        provenance=replace(chain.provenance, rules=rules),
        parameters={
            "max_traces": max_traces,
            "max_txs": max_txs,
            "n_stops": len(ends.by_id),
            "stop_at_clusters": stop_at_clusters,
            "through_coinjoins": through_coinjoins,
        },
        error_rates=error_rates((chosen.version, *rules)),
    )


@dataclass
class _Asked:
    """The question, and how often it was asked."""

    chain: Chain
    parts: Parts
    targets: NDArray[np.uint64]
    max_txs: int
    memory_bytes: int
    progress: Callable[[int], None] | None
    n_traces: int = 0

    def ask(self, setting: _Setting) -> tuple[int, _core.TraceRecord, Stops]:
        """Satoshi that reached a target, the trace, and its stops."""
        self.n_traces += 1
        ends = stops_of(
            self.chain,
            setting.stops,
            with_clusters=setting.with_clusters,
            suspected=setting.suspected,
            through=setting.through,
        )
        question = Question(
            self.chain,
            self.parts,
            "forward",
            ends,
            setting.through_coinjoins,
            max_txs=self.max_txs,
            memory_bytes=self.memory_bytes,
        )
        options = question.options(setting.method, keep_edges=False)
        options["stop_outputs"] = (self.targets, np.full(len(self.targets), _UNSPENT, np.uint8))
        record = _core.trace(
            self.chain.core,
            (self.parts.outputs, self.parts.start_sat, self.parts.sat),
            self.chain.bound,
            options,
            self.progress,
        )
        here = np.isin(record["terminal_outputs"], self.targets)
        return int(record["terminal_sat"][here].sum()), record, ends


_Change = Callable[[_Setting], _Setting]


def _candidates(
    chain: Chain, setting: _Setting, record: _core.TraceRecord, ends: Stops
) -> dict[str, tuple[str, str, _Change]]:
    """Assumptions that came into play, each with how the setting is without it."""
    found: dict[str, tuple[str, str, _Change]] = {}
    if setting.through_coinjoins:
        found["through CoinJoins"] = (
            "override",
            "the trace goes on through transactions that may be CoinJoins",
            lambda at: replace(at, through_coinjoins=False),
        )
    elif (record["terminal_boundary"] == BOUNDARIES.index("coinjoin")).any():
        found[COINJOIN_RULE] = (
            "rule",
            "the trace stops at transactions that may be CoinJoins",
            lambda at: replace(at, through_coinjoins=True),
        )
    if setting.with_clusters and _inferred(chain, record, ends):
        found[RULE_SET] = (
            "rule",
            "addresses in one cluster are under one control",
            lambda at: replace(at, with_clusters=False),
        )
    if (record["terminal_boundary"] == BOUNDARIES.index("suspected_service")).any():
        found["suspected services"] = (
            "rule",
            "what behaves like a service is one",
            lambda at: replace(at, suspected={}),
        )
    for address in setting.through:
        found[f"through {address}"] = ("override", f"{address} is no stop", _without_through(address))
    for address in _hit(chain, record, ends):
        stop = setting.stops.get(address)
        if stop is not None:
            kind = "override" if stop.is_override else "label"
            found[address] = (kind, f"{address} is a stop: {stop.reason}", _without_stop(address))
    return found


def _without_through(address: str) -> _Change:
    return lambda at: replace(at, through=tuple(each for each in at.through if each != address))


def _without_stop(address: str) -> _Change:
    return lambda at: replace(at, stops={name: stop for name, stop in at.stops.items() if name != address})


def _at_stops(chain: Chain, record: _core.TraceRecord) -> Iterable[tuple[int, int]]:
    """Address id and tainted satoshi of what ended at stops."""
    marks = [BOUNDARIES.index(name) for name in STOP_BOUNDARIES]
    at = np.isin(record["terminal_boundary"], marks)
    _, _, _, ids = _core.trace_outputs(chain.core, record["terminal_outputs"][at])
    return zip(ids.tolist(), record["terminal_sat"][at].tolist(), strict=True)


def _hit(chain: Chain, record: _core.TraceRecord, ends: Stops) -> list[str]:
    """Named stops at which value ended, those with most first."""
    sums: dict[str, int] = {}
    for address_id, sat in _at_stops(chain, record):
        if address_id in ends.by_id:
            address = ends.by_id[address_id][0]
            sums[address] = sums.get(address, 0) + sat
    return sorted(sums, key=lambda address: (-sums[address], address))[:_MAX_LABELS]


def _inferred(chain: Chain, record: _core.TraceRecord, ends: Stops) -> bool:
    """Whether value ended at an address that is a stop by its cluster alone."""
    ids = sorted({address_id for address_id, _ in _at_stops(chain, record) if address_id in ends.by_id})
    texts = chain.core.address_texts(np.array(ids, np.uint32))
    named = ((ends.by_id[address_id][0], text) for address_id, text in zip(ids, texts, strict=True))
    return any(address and address != text for address, text in named)
