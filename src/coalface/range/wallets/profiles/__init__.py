"""Families of wallet software, each written from its documentation and named sources.

Here belongs one file for each software or kind of software. What they are put together from lies one folder
up. Each file tells apart what was looked up in sources and documentation, what is recalled, that is cited
from memory and not looked up again, and what nobody documents and is chosen here.
"""

from coalface.range.wallets.profile import Profile
from coalface.range.wallets.profiles.bitcoin_core import CORE, CORE_OLD, CORE_TAPROOT
from coalface.range.wallets.profiles.electrum import ELECTRUM, ELECTRUM_OLD
from coalface.range.wallets.profiles.hardware import LEDGER, TREZOR, VAULT
from coalface.range.wallets.profiles.mobile import BITCOINJ, BLUE, ONE_ADDRESS
from coalface.range.wallets.profiles.samourai import SAMOURAI
from coalface.range.wallets.profiles.services import (
    BOT,
    HOT_CORE,
    HOT_MULTISIG,
    HOT_REUSING,
    HOT_WRAPPED,
    POOL_PAYER,
    POOL_PAYER_SEGWIT,
    PROCESSOR,
)
from coalface.range.wallets.profiles.wasabi import WASABI

__all__ = [
    "BOT_PROFILE",
    "FAMILIES",
    "HOT_FAMILIES",
    "POOL_FAMILIES",
    "PROCESSOR_PROFILE",
    "USER_FAMILIES",
    "VAULT_PROFILE",
    "family_named",
]

USER_FAMILIES: tuple[Profile, ...] = (
    CORE,
    ELECTRUM,
    ONE_ADDRESS,
    WASABI,
    BLUE,
    LEDGER,
    SAMOURAI,
    BITCOINJ,
    TREZOR,
    CORE_OLD,
    ELECTRUM_OLD,
    VAULT,
    CORE_TAPROOT,
)
"""Wallets of people."""

HOT_FAMILIES: tuple[Profile, ...] = (HOT_CORE, HOT_REUSING, HOT_MULTISIG, HOT_WRAPPED)
"""Hot wallets of services."""

POOL_FAMILIES: tuple[Profile, ...] = (POOL_PAYER, POOL_PAYER_SEGWIT)
"""What pools pay with."""

VAULT_PROFILE = VAULT
"""Cold storage of several keys."""

PROCESSOR_PROFILE = PROCESSOR
"""A new address for each invoice."""

BOT_PROFILE = BOT
"""Pays from one address and back to it."""

FAMILIES: tuple[Profile, ...] = (*USER_FAMILIES, *HOT_FAMILIES, *POOL_FAMILIES, PROCESSOR, BOT)


def family_named(name: str) -> Profile:
    """The first profile of that family.

    Raises
    ------
    KeyError
        If there is none.
    """
    for profile in FAMILIES:
        if profile.name == name:
            return profile
    raise KeyError(f"no family is called {name}, known are {', '.join(f.name for f in FAMILIES)}")
