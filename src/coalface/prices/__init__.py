"""What a coin cost on a day: price series that the user brings.

Here belongs how such files are read, with their bounds, and what is known and unknown of a day. `daily` reads
a file for one question; `series_file` reads one that is to be kept, `book` keeps it in ``prices.sqlite`` and
tells what an amount was worth at a time. Nothing is downloaded, and no daily prices are shipped. What is done
with a price belongs to the rooms behind this one.
"""

from coalface.prices.book import FiatValue, KeptSeries, PriceBook, PriceImport, import_prices
from coalface.prices.daily import PricesAt, PriceSeries, read_daily
from coalface.prices.series_file import Gap

__all__ = [
    "FiatValue",
    "Gap",
    "KeptSeries",
    "PriceBook",
    "PriceImport",
    "PriceSeries",
    "PricesAt",
    "import_prices",
    "read_daily",
]
