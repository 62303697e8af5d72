"""What a coin cost on a day: price series that the user brings.

Here belongs how such files are read, with their bounds, and what is known and unknown of a day. Nothing is
downloaded, and no daily prices are shipped. What is done with a price belongs to the rooms behind this one.
"""

from coalface.prices.daily import PricesAt, PriceSeries, read_daily

__all__ = ["PriceSeries", "PricesAt", "read_daily"]
