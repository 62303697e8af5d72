"""What some people plan: crimes, and lawful businesses of the same shape.

Here belongs one file for each kind of plan; the moves that they share lie in `mover`. A plan arranges its
scenes in a town over a span of heights. For each crime there are negative twins: whoever calls them
criminal is wrong.
"""

from coalface.range.playbooks.exchange_theft import Route, exchange_theft
from coalface.range.playbooks.forfeiture import forfeiture_auction
from coalface.range.playbooks.hash_laundering import hash_hobby, hash_laundering
from coalface.range.playbooks.ransomware import donation_drive, ransomware
from coalface.range.playbooks.stranded_miner import lawful_miner, stranded_miner
from coalface.range.playbooks.twins import grant_office, payroll, treasury_move, waking_saver

__all__ = [
    "Route",
    "donation_drive",
    "exchange_theft",
    "forfeiture_auction",
    "grant_office",
    "hash_hobby",
    "hash_laundering",
    "lawful_miner",
    "payroll",
    "ransomware",
    "stranded_miner",
    "treasury_move",
    "waking_saver",
]
