"""Who lives on a chain: everybody acts before each block, for reasons of their own.

Here belongs one file for each kind of actor. How their wallets decide lies in `wallets`; crimes, which need
several of them and a plan, in `playbooks`; who takes part in a chain, and how many, in `scenarios`.
"""

from coalface.range.actors.actor import Actor
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.person import Person
from coalface.range.actors.pool import Pool
from coalface.range.actors.solo_miner import SoloMiner
from coalface.range.actors.town import Town

__all__ = ["Actor", "Exchange", "Merchant", "Person", "Pool", "SoloMiner", "Town"]
