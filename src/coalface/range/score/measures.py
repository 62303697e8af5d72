"""What the further measures of scores mean, in a sentence each, for who reads the accuracy page."""

from __future__ import annotations

__all__ = ["NO_MEANING", "meaning_of"]

NO_MEANING = "not explained"

_MEANINGS = {
    # clusters
    "wallet_recall": (
        "of pairs of addresses of one wallet, the share joined; an owner of several wallets never "
        "spends them together, so this is what the rule could have found"
    ),
    "b_cubed_precision": (
        "of the addresses in the cluster of an address, the share that has its owner; mean over addresses"
    ),
    "b_cubed_recall": "of the addresses of an address's owner, the share in its cluster; mean over addresses",
    "mixed_clusters": (
        "of clusters of two or more addresses, the share that holds addresses of several owners"
    ),
    "value_wrongly_joined": "of all value received, the share that lies in the cluster of somebody else",
    "adjusted_rand": (
        "agreement of clusters and owners beyond chance (Hubert and Arabie 1985): 100 % is perfect, 0 "
        "% is chance; lowest and highest of single chains"
    ),
    "n_addresses": "addresses that were scored",
    "n_never_used": "addresses of the truth that the chain never paid; not scored",
    "n_without_truth": "addresses on the chain whose owner the truth does not name; not scored",
    "n_clusters": "clusters, those of one address included",
    "n_actors": "owners",
    # coinjoins
    "false_alarms": "of transactions that are no CoinJoin, the share marked",
    "several_owners_marked": (
        "of transactions that spend coins of several owners, the share marked; an unmarked one makes "
        "a mixed cluster"
    ),
    "marked_several_owners": (
        "of transactions marked, the share that spends coins of several owners: a mark there keeps "
        "clusters right, CoinJoin or not"
    ),
    "n_hits": "CoinJoins that are marked",
    "n_false": "marks on what is no CoinJoin",
    "n_missed": "CoinJoins that are not marked",
    "n_txs": "transactions, coinbases left out",
    "n_payjoin": "PayJoins; no CoinJoin here",
    "n_stonewall": "Stonewalls; no CoinJoin here",
    "n_two_party": "JoinMarket transactions of two, which have the shape of a Stonewall; not counted",
    "n_undecided": "transactions of the protocol of which no detector is sure",
    "n_tx0": "Tx0 (they prepare a Whirlpool); no CoinJoin here",
    # change
    "pair_precision": "of pairs of addresses joined by strict and by change, the share of one owner",
    "pair_recall": "of pairs of addresses of one owner, the share joined by strict and by change",
    "pair_precision_change_alone": (
        "the same as if nobody spent jointly (clusters of strict cut by owner): what is wrong, change did"
    ),
    "strict_pair_precision": "of pairs of addresses joined by strict alone, the share of one owner",
    "strict_pair_recall": "of pairs of addresses of one owner, the share joined by strict alone",
    "strict_mixed_clusters": "of clusters of strict of two or more addresses, the share of several owners",
    "mixed_clusters_change_alone": "clusters of several owners, as if nobody spent jointly",
    "strict_value_wrongly_joined": "of all value received, the share in somebody else's cluster of strict",
    "judged": "of transactions that are old enough and not left alone, the share whose change is tied",
    "n_judged_txs": "transactions that are old enough and not left alone",
    # traces
    "found_at_true_holder_sat": "stolen value that the trace puts where it is",
    "innocent_accused_sat": "value that the trace puts on somebody beyond what they hold of it",
    "n_innocent_accused": (
        "cases in which somebody is named who holds nothing of that theft; one who is named for two "
        "thefts counts twice"
    ),
    "stolen_sat": "stolen value",
    "not_said_sat": "stolen value of which the trace says no holder: at a possible CoinJoin or a limit",
    "fees_sat": "stolen value that fees took",
    "n_thefts": "thefts that were traced",
    "n_thefts_unclear": "thefts whose loot cannot be told from the truth; not traced",
    "n_services_labelled": "services with a public label, at which traces stop",
}
_FALSE = "n_false_"


def meaning_of(name: str) -> str:
    """What a measure says, by its name in a score; `NO_MEANING` if nobody wrote that down.

    Examples
    --------
    >>> meaning_of("n_false_batch")
    'false marks on transactions made as batch'
    """
    if name.startswith(_FALSE):
        return f"false marks on transactions made as {name.removeprefix(_FALSE)}"
    return _MEANINGS.get(name, NO_MEANING)
