"""Tickers: which are the same asset, and on which chains an asset lives."""

__all__ = ["ANY_CHAIN", "CHAINS_OF", "EVM_CHAINS", "TOKENS", "canonical_ticker", "network_named"]

# Ticker that a list may use -> the one that Coalface uses. XBT is the form that OFAC uses; BCC and BCHABC
# were used for Bitcoin Cash.
_CANONICAL = {"XBT": "BTC", "BCC": "BCH", "BCHABC": "BCH", "BCHSV": "BSV", "RIPPLE": "XRP", "TRON": "TRX"}

CHAINS_OF: dict[str, tuple[str, ...]] = {
    "BTC": ("bitcoin",),
    "ETH": ("ethereum",),
    "XMR": ("monero",),
    "LTC": ("litecoin",),
    "ZEC": ("zcash",),
    "DASH": ("dash",),
    "BTG": ("bitcoin-gold",),
    "ETC": ("ethereum-classic",),
    "BSV": ("bitcoin-sv",),
    "BCH": ("bitcoin-cash",),
    "XVG": ("verge",),
    "XRP": ("xrp-ledger",),
    "ARB": ("arbitrum",),
    "BSC": ("bnb-smart-chain",),
    "TRX": ("tron",),
    "SOL": ("solana",),
    "DOGE": ("dogecoin",),
    # BNB lived on a chain of its own with bech32 addresses until 2024, and on the smart chain.
    "BNB": ("bnb-smart-chain", "bnb-beacon-chain"),
}
"""Asset -> its own chains, of tickers on OFAC's list. A ticker that is not here is a token, or unknown."""

TOKENS = {"USDT", "USDC", "DAI", "BUSD", "TUSD", "USDP", "PYUSD", "FDUSD", "WBTC", "WETH"}
"""Tokens, which live on chains of others: the address tells on which. OFAC's list has the first two."""

ANY_CHAIN: tuple[str, ...] = ()
"""Of tokens (USDT, USDC) and unknown tickers: the address's own form says which chain it is."""

EVM_CHAINS = {"ethereum", "ethereum-classic", "arbitrum", "bnb-smart-chain"}
"""Chains whose addresses are Ethereum's; the text of one is valid on each of them."""

# What packs write into `network` -> chain.
_NETWORKS = {
    **{ticker: chains[0] for ticker, chains in CHAINS_OF.items()},
    **{chain.upper(): chain for chains in CHAINS_OF.values() for chain in chains},
    "XBT": "bitcoin",
    "BTC-TESTNET": "bitcoin-testnet",
    "TESTNET": "bitcoin-testnet",
    "BITCOIN-TESTNET": "bitcoin-testnet",
    "BITCOIN-REGTEST": "bitcoin-regtest",
}


def canonical_ticker(written: str) -> str:
    """The ticker that Coalface uses for an asset.

    Examples
    --------
    >>> canonical_ticker(" xbt "), canonical_ticker("usdt")
    ('BTC', 'USDT')
    """
    ticker = written.strip().upper()
    return _CANONICAL.get(ticker, ticker)


def network_named(written: str) -> str:
    """The chain that a source's name of a network stands for; as written, in lower case, if none is known.

    Examples
    --------
    >>> network_named("BTC"), network_named("Ethereum"), network_named("Foo")
    ('bitcoin', 'ethereum', 'foo')
    """
    name = written.strip().upper().replace("_", "-").replace(" ", "-")
    return _NETWORKS.get(name, name.lower())
