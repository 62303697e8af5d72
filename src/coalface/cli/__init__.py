"""The command line: ``coalface VERB STORE SUBJECT…``. One file per verb; data to stdout, all else to stderr.

A verb only reads its arguments, calls one public function of a room, and hands the answer to `output`.
Nothing here computes an answer. `verbs` is the table of verbs; a verb's module is imported when it runs.
"""

from coalface.cli.program import main

__all__ = ["main"]
