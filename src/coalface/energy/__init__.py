"""From fuel to bitcoin and back: how much power, hash rate and money lie behind an amount of fuel.

Here belong the energy and capacity model, its tables of facts and its data packs. It works without a chain.
What is seen on the chain (pools, payouts) or in network records (shares) does not belong here: their
estimates come in as numbers.
"""
