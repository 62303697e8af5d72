"""A result as the record that every surface shows: units in the names, estimates rounded."""

from __future__ import annotations

from typing import Any

from coalface.energy.distribution import Choice
from coalface.energy.figure import figure, spread_record
from coalface.energy.parameter import Parameter
from coalface.energy.result import Result, Spreads
from coalface.energy.words import headline

__all__ = ["parameter_record", "record_of", "spreads_record"]

_PHS = 1e15


def record_of(result: Result) -> dict[str, Any]:
    """The answer as nested mappings and lists of text, integers and rounded decimals."""
    return {
        "name": result.name,
        "title": result.title,
        "question": result.question,
        "first_day": str(result.first_day),
        "last_day": str(result.last_day),
        "amount": parameter_record("amount", result.amount),
        "amount_kind": result.amount_kind.value,
        "fuel_unit": result.fuel_unit,
        "fuel_words": result.fuel_words,
        "difficulty_contains_miner": result.contains_miner,
        "headline": headline(result),
        "outcome": spreads_record(result.outcome),
        "verdict": {
            "word": result.verdict.word.value,
            "decided_by": result.verdict.decided_by,
            "within_share": figure(result.verdict.within_share),
            "because": result.verdict.because,
        },
        "ceilings": _ceilings(result),
        "solo": _solo(result),
        "binding_ceiling": result.feasible.binding,
        "share_of_feasible": spread_record(result.share_of_feasible),
        "at_ceiling": None if result.at_ceiling is None else spreads_record(result.at_ceiling),
        "alternative": _alternative(result),
        "months": [
            {
                "month": str(each.month),
                "days": each.n_days,
                "btc_per_unit": spread_record(each.btc_per_unit),
                "usd_per_unit": spread_record(each.usd_per_unit),
                "paid": each.paid.value,
            }
            for each in result.months
        ],
        "tornado_of": result.tornado_of,
        "tornado": [
            {
                "input": bar.name,
                "input_p5": figure(bar.input_p5),
                "input_p95": figure(bar.input_p95),
                "result_at_p5": figure(bar.result_at_p5),
                "result_at_p95": figure(bar.result_at_p95),
                "rank_correlation": figure(bar.rank_correlation),
            }
            for bar in result.tornado
        ],
        "inputs": [parameter_record(name, each) for name, each in result.inputs.items()],
        "assumed": list(result.assumed),
        "correlations": [
            {
                "a": each.a,
                "b": each.b,
                "rank": figure(each.rank),
                "standing": each.standing.value,
                "source": each.source,
            }
            for each in result.correlations
        ],
        "events": [
            {
                "date": each.date,
                "says": each.says,
                "source": each.source,
            }
            for each in result.events
        ],
        "findings": [
            {"says": each.says, "source": each.source, "date": each.date} for each in result.findings
        ],
        "rivals": [{"says": each.says, "source": each.source} for each in result.rivals],
        "price_resolution": result.price_resolution,
        "sources": list(result.sources),
        "draws": result.n_draws,
        "seed": result.seed,
    }


def spreads_record(spreads: Spreads) -> dict[str, Any]:
    """An outcome's figures, each with its 5, 50 and 95 % points."""
    return {
        "fuel": spread_record(spreads.fuel),
        "energy_mwh": spread_record(spreads.energy_mwh),
        "mean_power_mw": spread_record(spreads.mean_power_mw),
        "running_power_mw": spread_record(spreads.running_power_mw),
        "hashrate_phs": spread_record(spreads.hashrate_hs, _PHS),
        "network_share": spread_record(spreads.network_share),
        "btc": spread_record(spreads.btc),
        "usd": spread_record(spreads.usd),
        "btc_per_unit": spread_record(spreads.btc_per_unit),
        "usd_per_unit": spread_record(spreads.usd_per_unit),
        "co2_t": spread_record(spreads.co2_t),
    }


def parameter_record(name: str, parameter: Parameter) -> dict[str, Any]:
    """An input: its unit, what is known of its value, and who says so."""
    known = parameter.distribution
    return {
        "name": name,
        "unit": parameter.unit,
        "form": type(known).__name__.lower(),
        "low": figure(known.low),
        "mode": figure(known.mode),
        "high": figure(known.high),
        "values": [figure(value) for value in known.values] if isinstance(known, Choice) else None,
        "weights": [figure(weight) for weight in known.weights] if isinstance(known, Choice) else None,
        "standing": parameter.standing.value,
        "source": parameter.source,
        "note": parameter.note,
    }


def _solo(result: Result) -> dict[str, Any] | None:
    """Both bounds on a solo miner."""
    bound = result.solo
    if bound is None:
        return None

    def points(values: tuple[float, ...] | None) -> dict[str, Any] | None:
        if values is None:
            return None
        names = ("p2_5", "p50", "p95", "p97_5")
        return {name: figure(value, _PHS) for name, value in zip(names, values, strict=True)}

    return {
        "known_blocks": bound.known_blocks,
        "unattributed_blocks": bound.unattributed_blocks,
        "known_phs": points(bound.known_hs),
        "ceiling_phs": points(bound.ceiling_hs),
    }


def _ceilings(result: Result) -> list[dict[str, Any]]:
    """Every ceiling, those without data too."""
    return [
        {
            "name": each.name,
            "says": each.says,
            "available": each.is_available,
            "hashrate_phs": spread_record(result.feasible.spread_hs.get(each.name), _PHS),
            "binds_in_share": figure(result.feasible.share_of_draws.get(each.name)),
            "source": each.source,
        }
        for each in result.ceilings
    ]


def _alternative(result: Result) -> dict[str, Any] | None:
    """Selling the fuel instead."""
    if result.alternative is None:
        return None
    return {
        "says": result.alternative.says,
        "usd_per_unit": parameter_record("sold_price", result.alternative.usd_per_unit),
        "usd": spread_record(result.alternative.usd),
    }
