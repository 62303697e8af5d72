"""How wallets decide: small parts, put together into the profiles of known software.

Here belongs one file for each thing that a wallet decides: which coins it spends, where change goes, in
what order outputs stand, version, lock time, sequence, fee, how amounts are rounded, when addresses are
used again, and what an upgrade changes. A profile in `profiles` puts them together as the documentation of
a software describes it, with its source; `Purse` is a wallet in somebody's hands. What somebody wants to
pay, and why, lies in `actors`.
"""

from coalface.range.wallets.profile import Profile
from coalface.range.wallets.profiles import FAMILIES, family_named
from coalface.range.wallets.purse import Poor, Purse

__all__ = ["FAMILIES", "Poor", "Profile", "Purse", "family_named"]
