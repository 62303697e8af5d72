"""Other programs on the same block files: a small program for each, run as a process of its own.

``benches/peers.py`` drives them. None of them is linked into Coalface, and each may be absent: what did not
build or run is a line in the table.
"""
