"""Addresses of the chains that lists name: is the text one, and is its checksum right?

Bitcoin's own addresses are decoded by the engine. Of the other chains only what is needed to tell a slip
of the pen from an address is here: version bytes and checksums, never scripts or keys.
"""

from coalface.labels.formats.chains.inspect import Inspected, inspect_address
from coalface.labels.formats.chains.tickers import canonical_ticker, network_named

__all__ = ["Inspected", "canonical_ticker", "inspect_address", "network_named"]
