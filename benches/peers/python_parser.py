"""`blockchain-parser`: reads and hashes every transaction. It knows neither keys nor any magic but mainnet's.

Usage: python -m peers.python_parser FOLDER
"""

import sys
import time

from blockchain_parser.blockchain import Blockchain

from peers.answer import Answer


def main() -> None:
    """Read all blocks and print the answer."""
    start = time.perf_counter()
    blocks = txs = inputs = outputs = output_sat = txid_sum = 0
    for block in Blockchain(sys.argv[1]).get_unordered_blocks():
        blocks += 1
        for tx in block.transactions:
            txs += 1
            inputs += tx.n_inputs
            outputs += tx.n_outputs
            output_sat += sum(output.value for output in tx.outputs)
            txid_sum += int(tx.txid[-16:], 16)
    facts = {"blocks": blocks, "txs": txs, "inputs": inputs, "outputs": outputs}
    facts |= {"output_sat": output_sat, "txid_sum": txid_sum % 2**64}
    print(Answer(time.perf_counter() - start, facts).line())


if __name__ == "__main__":
    main()
