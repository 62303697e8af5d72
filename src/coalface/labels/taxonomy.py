"""Words that labels share: the concepts of categories and abuses, and the ladder of confidence.

Ids, names and order are facts re-entered from the taxonomies that the field uses, so that packs of labels
keep their meaning on the way in and out:

- concepts: "Concepts Taxonomy" 0.1.0 of 2023-01-27 by the Iknaio Standardisation Working Group, as in
`graphsense-lib`
  2.18.1 (``tagpack/db/concepts.yaml``, MIT), derived from INTERPOL's;
- confidence: the 14 steps of the same package (``tagpack/db/confidence.csv``);
- URIs: "DW-VA-Taxonomy" of INTERPOL's Darkweb and Virtual Assets Working Group (Apache-2.0): entities 0.3,
abuses 0.2
  under the name that the project had then. Concepts that it does not have, or has in another sense, get none.
"""

from dataclasses import dataclass

from coalface.labels.draft import Confidence, SourceType

__all__ = [
    "CONCEPTS",
    "CONFIDENCE_LEVELS",
    "Concept",
    "concept_named",
    "confidence_named",
    "is_within",
    "source_type_of",
]

_ENTITIES = "https://interpol-innovation-centre.github.io/DW-VA-Taxonomy/taxonomies/entities#"
_ABUSES = "https://interpol-innovation-centre.github.io/DW-CC-Taxonomy/taxonomies/abuses#"


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of the taxonomy."""

    id: str
    name: str
    broader: str | None
    """Id of the next wider concept; `None` for the top."""
    interpol_uri: str | None = None


CONCEPTS: dict[str, Concept] = {
    concept.id: concept
    for concept in (
        Concept("concept", "Concept", None),
        Concept("unknown", "Unknown", "concept"),
        Concept("behaviour", "Behaviour", "concept"),
        Concept("source", "Source", "concept"),
        Concept("mention", "Mention", "source"),
        Concept("website_mention", "Website Mention", "mention"),
        Concept("forum_mention", "Forum Mention", "website_mention"),
        Concept("dark_web", "Dark web", "source", _ENTITIES + "dark_web"),
        # what is done
        Concept("abuse", "Abuse", "behaviour"),
        Concept("gray_usage", "Gray usage patterns", "behaviour"),
        Concept("mixing", "Mixing", "gray_usage"),
        Concept("coinjoin", "CoinJoin", "mixing", _ENTITIES + "coinjoin"),
        Concept("white_usage", "White (benign) usage patterns", "behaviour"),
        Concept("cold_wallet", "Cold Wallet", "white_usage"),
        Concept("hot_wallet", "Hot Wallet", "white_usage"),
        Concept("warm_wallet", "Warm Wallet", "white_usage"),
        Concept("deposit_wallet", "Deposit Wallet", "white_usage"),
        Concept("white_list", "Whitelist", "white_usage"),
        Concept("gov_white_list", "Governmental Whitelist", "white_list"),
        Concept("deployer", "Deployer", "behaviour"),
        Concept("funder", "Funder", "behaviour"),
        # abuses
        Concept("sexual_abuse", "Sexual Abuse", "abuse"),
        Concept("child_sexual_abuse", "Child Sexual Abuse", "sexual_abuse"),
        Concept("violence", "Violence", "abuse"),
        Concept("human_trafficking", "Human Trafficking", "abuse"),
        Concept("murder", "Murder", "violence"),
        Concept("torture", "Torture", "violence"),
        Concept("scam", "Scam", "abuse", _ABUSES + "scam"),
        Concept("financial_crime", "Financial Crime", "abuse"),
        Concept("investment_fraud", "Investment Fraud", "financial_crime"),
        Concept("ponzi_scheme", "Ponzi Scheme", "investment_fraud", _ABUSES + "ponzi_scheme"),
        Concept("pyramid_scheme", "Pyramid Scheme", "ponzi_scheme"),
        Concept("money_laundering", "Money Laundering", "financial_crime"),
        Concept("payment_card_fraud", "Payment Card Fraud", "financial_crime"),
        Concept("extortion", "Extortion", "abuse"),
        Concept("sextortion", "Sextortion", "extortion", _ABUSES + "sextortion"),
        Concept("ransomware", "Ransomware", "extortion", _ABUSES + "ransomware"),
        Concept("phishing", "Phishing", "abuse", _ABUSES + "phishing"),
        Concept("hacking", "Hacking", "abuse"),
        Concept("service_hack", "Service Hack", "hacking", _ABUSES + "service_hack"),
        Concept("account_hack", "Account Hack", "hacking"),
        Concept("exploit", "Exploit", "hacking"),
        Concept("data_breach", "Data Breach", "hacking"),
        Concept("social_engineering", "Social Engineering", "hacking"),
        Concept("malware", "Malware", "hacking"),
        Concept("drugs", "Drugs", "abuse"),
        Concept("weapons", "Weapons", "abuse"),
        Concept("sanction", "Sanction List", "abuse"),
        Concept("counterfeit", "Counterfeit", "abuse"),
        Concept("extremism", "Extremism", "abuse"),
        Concept("terrorism", "Terrorism", "extremism"),
        Concept("terrorism_financing", "Terrorism Financing", "extremism"),
        Concept("black_list", "Blacklist", "abuse"),
        Concept("gov_black_list", "Governmental Blacklist", "black_list"),
        # who acts
        Concept("entity", "Entity", "concept"),
        Concept("organization", "Organization", "entity"),
        Concept("user", "User", "entity"),
        Concept("victim", "Victim", "user"),
        Concept("perpetrator", "Perpetrator", "user"),
        Concept("donation", "Donation", "user"),
        Concept("miner", "Miner", "user"),
        Concept("service", "Service", "entity", _ENTITIES + "service"),
        Concept("exchange", "Exchange", "service", _ENTITIES + "exchange"),
        Concept("wallet_service", "Wallet Service", "service"),
        Concept("escrow_wallet", "Escrow Wallet", "wallet_service", _ENTITIES + "escrow"),
        Concept("ico_wallet", "ICO Wallet", "wallet_service", _ENTITIES + "ico"),
        Concept("filesharing", "File Sharing", "service"),
        Concept("index", "Index", "service"),
        Concept("market", "Market", "service"),
        Concept("messaging_service", "Messaging Service", "service"),
        Concept("mixing_service", "Mixing as a Service", "service", _ENTITIES + "tumbler"),
        Concept("mining_service", "Mining as a Service", "service"),
        Concept("gambling", "Gambling Service", "service"),
        Concept("search_engine", "Search Engine", "service"),
        Concept("shop", "Shop", "service", _ENTITIES + "shop"),
        Concept("faucet", "Faucet", "service"),
        Concept("payment_processor", "Payment Processor", "service"),
        Concept("atm", "Cryptoasset ATM", "service", _ENTITIES + "crypto_atm"),
        Concept("hosting", "Hosting Service Provider", "service"),
        Concept("vpn", "VPN Service Provider", "service"),
        Concept("nameservice", "Name Service", "service"),
        Concept("defi", "DeFi Protocol", "service", _ENTITIES + "defi"),
        Concept("defi_token", "Token", "defi"),
        Concept("defi_lending", "Lending Protocol", "defi"),
        Concept("defi_dex", "Decentralized Exchange (DEX)", "defi", _ENTITIES + "dex"),
        Concept("defi_dex_pair", "DEX Pair", "defi_dex"),
        Concept("defi_derivative", "Derivative", "defi"),
        Concept("defi_bridge", "Bridge", "defi"),
        Concept("defi_dao", "DAO", "defi"),
        Concept("defi_staking", "Staking", "defi"),
        Concept("defi_custody", "Custody", "defi"),
        # what is traded
        Concept("item", "Digital Item", "concept"),
        Concept("collectible", "Collectible", "item"),
    )
}
"""Concept by id."""

# Ids that packs use beside the ones above: the source names one concept in two ways.
_OTHER_IDS = {"defi_derivatives": "defi_derivative"}

CONFIDENCE_LEVELS: dict[str, int] = {
    "override": 100,
    "ownership": 100,
    "ledger_immanent": 100,
    "manual_transaction": 90,
    "service_api": 70,
    "forensic_investigation": 70,
    "authority_data": 60,
    "trusted_provider": 50,
    "service_data": 50,
    "forensic": 50,
    "untrusted_transaction": 40,
    "web_crawl": 20,
    "heuristic": 10,
    "unknown": 5,
}
"""Level of each step, 0 to 100. How a creator came by a statement; no probability that it is true."""

# What a step says of who speaks; the others say how something was found, not by whom.
_SOURCE_TYPES = {
    "authority_data": SourceType.AUTHORITY,
    "forensic": SourceType.ACADEMIC,
    "trusted_provider": SourceType.VENDOR,
    "service_api": SourceType.VENDOR,
    "service_data": SourceType.VENDOR,
    "ownership": SourceType.USER,
}


def concept_named(name: str | None) -> Concept | None:
    """The concept with an id; `None` if there is none.

    Examples
    --------
    >>> concept_named("defi_derivatives").id
    'defi_derivative'
    """
    return None if name is None else CONCEPTS.get(_OTHER_IDS.get(name, name))


def is_within(name: str | None, wider: str) -> bool:
    """Whether a concept is another one, or one of those that it covers.

    Examples
    --------
    >>> is_within("defi_dex", "service"), is_within("ransomware", "service")
    (True, False)
    """
    concept = concept_named(name)
    while concept is not None:
        if concept.id == wider:
            return True
        concept = concept_named(concept.broader)
    return False


def confidence_named(name: str | None) -> Confidence | None:
    """The step with a name; one without a level if the ladder does not have it; `None` for no name.

    Examples
    --------
    >>> confidence_named("forensic")
    Confidence(name='forensic', level=50)
    """
    return None if name is None else Confidence(name, CONFIDENCE_LEVELS.get(name))


def source_type_of(confidence: Confidence | None) -> SourceType | None:
    """Who speaks, as far as a step of the ladder tells."""
    return None if confidence is None else _SOURCE_TYPES.get(confidence.name)
