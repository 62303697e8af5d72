"""Tests of wallet code that is not ours; each is collected where that code is installed.

BDK comes with the locked requirements (not on Python 3.14 yet). Electrum is Debian's package
``python3-electrum`` and cannot be locked; with it, and its folder on ``PYTHONPATH``, its tests are
collected too.
"""

from __future__ import annotations

from coalface.range.thirdparty import available

collect_ignore_glob = [f"test_{name}*.py" for name in ("bdk", "electrum") if name not in available()]
