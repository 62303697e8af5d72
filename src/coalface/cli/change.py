"""`coalface change`: which output of a transaction came back to its payer."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import answer_each, as_of_option, partial_note, store_argument, subjects_argument
from coalface.clusters import Change
from coalface.clusters import change as change_of

__all__ = ["change"]

_COLUMNS = (
    "txid", "height", "best_output", "log_odds_millinats", "rule_sets", "refusal", "payer_address",
    "change_address", "status",
)  # fmt: skip
_REFUSALS = {
    "coinbase": "a coinbase has no payer",
    "may_be_coinjoin": "it may be a CoinJoin: each payer may have change of their own",
    "unknown_payer": "the address of an input is not known",
    "one_output": "fewer than two outputs can be spent",
    "many_outputs": "it has more outputs than are judged",
    "too_recent": "too few blocks came after it: the judgement is provisional",
    "below_threshold": "no output stands out far enough",
    "used_before": "the address of the output that stands out was used before, or that is not known",
    "paid_again": "the address of the output that stands out is paid again later",
    "already_tied": "the output that stands out went back to the payer's own cluster",
}


@click.command()
@store_argument
@subjects_argument("TXID")
@as_of_option
@format_option
def change(store: str, subjects: tuple[str, ...], as_of: str | None, format: Format) -> int:
    """Show which output of a transaction is held to be change, by which votes.

    Example: coalface change mainnet.coalface f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16
    """
    chain = open_chain(store, as_of=as_of)
    return answer_each(subjects, lambda txid: change_of(chain, txid), format, _COLUMNS, _show)


def _show(found: Change) -> None:
    """Write the decision, then a line an output, then a line a vote that is not silent."""
    write_record(
        {
            "txid": found.txid,
            "height": found.height,
            "verdict": _verdict(found),
            "error_rates": found.error_rates.text(),
            "log_odds_millinats": found.log_odds_millinats,
            "judged_at_height": found.judged_at_height,
            "final": found.is_final,
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    click.echo()
    outputs = [
        {
            "output": each.n,
            "value_sat": each.value_sat,
            "address": each.address,
            "score_millinats": each.score_millinats,
        }
        for each in found.outputs
    ]
    write_records(outputs, ["output", "value_sat", "address", "score_millinats"], Format.TABLE)
    votes: list[dict[str, object]] = [
        {
            "rule": vote.rule,
            "output": each.n,
            "says": vote.stance.replace("_", " "),
            "weight": vote.weight_millinats,
            "evidence": ", ".join(f"{name} {_word(value)}" for name, value in vote.evidence.items()),
        }
        for each in found.outputs
        for vote in each.votes
        if vote.stance != "abstains"
    ]
    if votes:
        click.echo("\nvotes (rules that are not named abstain):")
        rows = sorted(votes, key=_by_rule)
        write_records(rows, ["rule", "output", "says", "weight", "evidence"], Format.TABLE)


def _by_rule(row: dict[str, object]) -> tuple[str, int]:
    output = row["output"]
    return str(row["rule"]), output if isinstance(output, int) else 0


def _word(value: object) -> str:
    """A fact in words."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case str() if len(value) == 64:
            return f"{value[:8]}…"
        case _:
            return str(value)


def _verdict(found: Change) -> str:
    """The decision in a line."""
    if found.refusal is None:
        sets = " and ".join(found.rule_sets)
        rule = found.provenance.rules[0]
        return f"output {found.best_output} is held to be change in {sets}: {found.status} by {rule}"
    return f"no change is said: {_REFUSALS.get(found.refusal, found.refusal)}"
