"""The demo: a scenario is built, investigated from its blocks alone, and then compared with its truth.

`run` does all of it, `folder` keeps block files and lists as a node and an office have them, `case` says whom
of the truth the demo asks about.
"""

from coalface.range.demo.case import Case, Dust
from coalface.range.demo.run import Demo, run_demo

__all__ = ["Case", "Demo", "Dust", "run_demo"]
