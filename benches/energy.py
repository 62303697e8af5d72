"""Measures the Monte Carlo of the energy model beside its floor; the answer is asserted.

``make bench`` runs it. The floor is what no such model can avoid: as many uniform numbers as it has inputs,
and one pass of the reward's sum over draws times difficulty epochs, in plain numpy.
"""

import os
import platform
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface.cli.output import canonical_json
from coalface.energy.answer import answer
from coalface.energy.facts_calendar import facts_calendar
from coalface.energy.record import record_of
from coalface.energy.scenario import load_scenario

Floats = NDArray[np.float64]
N_DRAWS = 100_000
REPEATS = 5


def main() -> None:
    """Measure, assert, print."""
    stated = load_scenario("unsold_coal_2017")
    question = stated.ask(facts_calendar(stated.first_day, stated.last_day))
    assert question.n_draws == N_DRAWS
    first = canonical_json(record_of(answer(question)))
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = answer(question)
        seconds.append(time.perf_counter() - start)
        assert canonical_json(record_of(result)) == first
    assert result.outcome.btc is not None
    assert 55_000 < result.outcome.btc.p50 < 60_000
    periods = question.setting.calendar.by_difficulty()
    per_hs, network_hs = periods.reward_per_hs(), periods.network_hashrate_hs()
    floors = [floor_s(len(result.inputs), per_hs, network_hs) for _ in seconds]
    fastest, floor = min(seconds), min(floors)
    print(f"processor: {processor()}, {os.cpu_count()} cores; Python {platform.python_version()}")
    runs = " ".join(f"{each:.2f}" for each in seconds)
    inside = f"{len(result.inputs)} inputs, {len(periods)} difficulty epochs, 6 ceilings, 12 months, tornado"
    print(f"energy, {N_DRAWS:,} draws  {fastest:.3f} s  runs {runs}; {inside}")
    print(f"floor                  {floor:.3f} s  uniform numbers and one pass of the reward's sum")
    print(f"floor / energy         {floor / fastest:.3f}")


def floor_s(n_inputs: int, per_hs: Floats, network_hs: Floats) -> float:
    """Seconds of the floor."""
    start = time.perf_counter()
    uniform = np.random.default_rng(1).random((n_inputs, N_DRAWS))
    rate = 1e18 * uniform[0][:, None]
    total = (rate * per_hs / (1 + rate / network_hs)).sum(axis=1)
    seconds = time.perf_counter() - start
    assert total.shape == (N_DRAWS,)
    return seconds


def processor() -> str:
    """Name of the processor."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


if __name__ == "__main__":
    main()
