"""A measured share: hits of trials, with the 95 % interval in which the true share lies.

Shares are written in parts per million, so that answers hold integers only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy.special import betaincinv, stdtrit

__all__ = ["MILLION", "Rate", "clustered_rate", "percent", "pooled_rate", "rate"]

MILLION = 1_000_000
_TAIL = 0.025
"""Chance left out on each side: 95 % in between."""

Numbers: TypeAlias = "np.ndarray[Any, Any]"


@dataclass(frozen=True)
class Rate:
    """A share of cases. Without any case nothing was measured, which is not the same as a share of zero."""

    hits: int
    trials: int
    unit: str
    """What was counted."""
    ppm: int | None
    """``hits / trials`` in parts per million; `None` without trials. 0 and a million mean none and all."""
    low_ppm: int | None
    """Lower end of the 95 % interval."""
    high_ppm: int | None
    n_effective: int
    """Independent cases that would say as much, rounded down: pairs of one cluster fall together."""

    def __str__(self) -> str:
        if self.ppm is None or self.low_ppm is None or self.high_ppm is None:
            return "no case"
        return f"{percent(self.ppm)} % ({percent(self.low_ppm)}-{percent(self.high_ppm)})"


def percent(ppm: int) -> str:
    """Parts per million as a percentage with one decimal, cut; none and all are written only where true."""
    tenths = ppm // 1000
    if ppm < 0:
        return f"-{percent(-ppm)}"
    if tenths == 0 and ppm > 0:
        return "<0.1"
    return f"{tenths // 10}.{tenths % 10}"


def rate(hits: int, trials: int, unit: str) -> Rate:
    """Share of ``hits`` in independent ``trials``, with the Clopper-Pearson interval.

    Parameters
    ----------
    hits, trials
        0 <= hits <= trials.
    unit
        What was counted.

    Raises
    ------
    ValueError
        If the counts are no counts.

    References
    ----------
    Clopper, Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the
    binomial".

    Examples
    --------
    >>> rate(8, 10, "txs").low_ppm, rate(8, 10, "txs").high_ppm
    (443904, 974790)
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} hits in {trials} trials")
    if trials == 0:
        return Rate(0, 0, unit, None, None, None, 0)
    low, high = _beta_interval(float(hits), float(trials))
    return _rate(hits, trials, unit, (low, high), float(trials))


def clustered_rate(hits: Numbers, trials: Numbers, unit: str) -> Rate:
    """Share of hits in trials that come in groups, such as the pairs of addresses of one cluster.

    Parameters
    ----------
    hits, trials
        By group, 0 <= hits <= trials.
    unit
        What was counted.

    Raises
    ------
    ValueError
        If the counts are no counts.

    Notes
    -----
    Trials of one group stand and fall together, so their number says little about how sure the share is.
    The interval is Clopper-Pearson's for the effective number of trials ``p (1 - p) / var(p)``, ``var`` being
    that of a ratio of sums over groups; few groups tell little of that variance, so that the number falls by
    Student's factor for them. It is never more than the number of groups. Where all or none hit, the variance
    is zero and says nothing; the effective number is then Kish's, ``sum(t)^2 / sum(t^2)``.

    References
    ----------
    Korn, Graubard (1998), "Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data". Kish (1965), "Survey Sampling".
    """
    hits, trials = np.asarray(hits), np.asarray(trials)
    if hits.shape != trials.shape or (hits < 0).any() or (hits > trials).any():
        raise ValueError("hits by group are not between zero and the trials of the group")
    has_any = trials > 0
    hits, trials = hits[has_any], trials[has_any]
    n_groups = len(trials)
    if n_groups == 0:
        return Rate(0, 0, unit, None, None, None, 0)
    n_hits, n_trials = _total(hits), _total(trials)
    weights = trials.astype(np.float64) / float(n_trials)
    share = min(max(n_hits / n_trials, 0.0), 1.0)
    kish = 1.0 / float(np.square(weights).sum())
    if n_hits in (0, n_trials) or n_groups == 1:
        effective = kish
    else:
        effective = _by_variance(hits.astype(np.float64), trials.astype(np.float64))
    effective = min(max(effective, 1.0), float(n_groups))
    low, high = _beta_interval(share * effective, effective)
    return _rate(round(n_hits), round(n_trials), unit, (low, high), effective)


def pooled_rate(rates: Sequence[Rate]) -> Rate:
    """Share over several chains, each chain weighing by its trials.

    Parameters
    ----------
    rates
        One a chain, of one unit; at least one.

    Notes
    -----
    The interval is the wider of two. One covers chance within the chains: its effective number is
    ``1 / sum(w^2 / n)``, with ``w`` a chain's share of the trials and ``n`` its effective number. The other
    takes a chain for one case, as `clustered_rate` takes a group: it covers what differs from chain to chain.
    """
    counted = [each for each in rates if each.trials]
    if len(counted) <= 1:
        return counted[0] if counted else rates[0]
    hits, trials = sum(each.hits for each in counted), sum(each.trials for each in counted)
    effective = 1 / math.fsum((each.trials / trials) ** 2 / each.n_effective for each in counted)
    share = min(hits / trials, 1.0)
    if 0 < hits < trials:
        between = _by_variance(
            np.array([each.hits for each in counted], np.float64),
            np.array([each.trials for each in counted], np.float64),
        )
        effective = max(min(effective, between), 1.0)
    ends = _beta_interval(share * effective, effective)
    return _rate(hits, trials, counted[0].unit, ends, effective)


def _by_variance(hits: Numbers, trials: Numbers) -> float:
    """Effective number of trials by how much the share differs from group to group; more than one group."""
    n_trials, n_groups = float(trials.sum()), len(trials)
    share = float(hits.sum()) / n_trials
    residuals = (hits - share * trials) / n_trials
    variance = float(np.square(residuals).sum()) * n_groups / (n_groups - 1)
    if variance <= 0:
        return math.inf
    # Student's factor; where every group is one trial it is 1
    factor = float(stdtrit(max(n_trials - 1, 1.0), _TAIL) / stdtrit(n_groups - 1.0, _TAIL))
    return share * (1 - share) / variance * min(factor, 1.0) ** 2


def _total(values: Numbers) -> int | float:
    """Sum without overflow: exact for integers."""
    return sum(values.tolist()) if values.dtype.kind in "iu" else math.fsum(values.tolist())


def _beta_interval(hits: float, trials: float) -> tuple[float, float]:
    """Ends of the interval, for numbers of trials that need not be whole."""
    misses = trials - hits
    low = 0.0 if hits <= 0 else float(betaincinv(hits, misses + 1, _TAIL))
    high = 1.0 if misses <= 0 else float(betaincinv(hits + 1, misses, 1 - _TAIL))
    return low, high


def _rate(hits: int, trials: int, unit: str, ends: tuple[float, float], effective: float) -> Rate:
    ppm = hits * MILLION // trials if trials else 0
    if 0 < hits < trials:
        ppm = min(max(ppm, 1), MILLION - 1)
    low, high = math.floor(ends[0] * MILLION), math.ceil(ends[1] * MILLION)
    low, high = max(0, min(low, ppm)), min(MILLION, max(high, ppm))
    # a hair above, so that a sum of weights like 1/3 does not lose a whole case
    return Rate(hits, trials, unit, ppm, low, high, int(effective + 1e-9))
