"""Charts of the energy model, for a reader who has none of its words yet.

Here belongs what turns a `Result` into pictures and one page: one chart a file, each with its answer as the
title, units on its axes, how to read it, and what is assumed. What is computed does not belong here. Drawing
needs ``matplotlib`` (extra ``charts``), which is loaded only when a chart is written.
"""

from coalface.energy.chart.write import CHARTS, check_suffix, write_chart

__all__ = ["CHARTS", "check_suffix", "write_chart"]
