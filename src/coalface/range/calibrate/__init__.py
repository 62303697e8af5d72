"""Weights that are chosen on made-up chains: here they are fitted, and written into the engine's source.

Here belongs whatever chooses a number from the truth of `coalface range build`. What is chosen on some seeds and
wallet families is judged on others (`coalface.range.score`), and both are named where the number stands.
"""

from coalface.range.calibrate.change_sample import HELD_OUT_FAMILIES, Sample, sample_of
from coalface.range.calibrate.choice import fit_choice

__all__ = ["HELD_OUT_FAMILIES", "Sample", "fit_choice", "sample_of"]
