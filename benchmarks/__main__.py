"""`python -m benchmarks`: every installed peer beside layerlab, in one run, and a table of ratios at the end.

A peer's time divided by layerlab's: above 1, layerlab is faster. Peers that are not installed are named and left out.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.busy import busy
from benchmarks.coldstart import cold_start
from benchmarks.engine import engine
from benchmarks.peers import PEERS
from benchmarks.report import machine, notes, table
from benchmarks.rounds import Field, measure
from benchmarks.workloads import WORKLOADS, scaling

__all__ = ["main"]

EXAMPLES = ("W2 --peers torch --rounds 9", "--cold", "--scaling --peers Keras-jax", "W1 W3 --busy")


def main(arguments: list[str] | None = None, program: str = "python -m benchmarks") -> int:
    """Run what was asked for and print the tables."""
    options = _parser(program).parse_args(arguments)
    names = ["layerlab", *(name for name in options.peers if name != "layerlab")]
    chosen = scaling() if options.scaling else list(WORKLOADS)
    chosen = [workload for workload in chosen if not options.workloads or workload.name in options.workloads]
    if not chosen:
        print(f"Expected some of {', '.join(w.name for w in WORKLOADS)}.", file=sys.stderr)
        return 2
    if options.cold or options.engine:
        print(cold_start(names, options.rounds) if options.cold else engine(options.rounds))
        return 0
    with Field(names) as field:
        if options.busy:
            print(busy(field, chosen, _say))
            return 0
        results = {workload: measure(field, workload, options.rounds, _say) for workload in chosen}
        print("\nA training step: a peer's time divided by layerlab's, medians\n")
        print(table(results, "train"))
        print("\nThe outputs of a batch\n")
        print(table(results, "infer"))
        print(f"\n{machine(field.versions)}")
        for line in [*(f"{name}: {why}" for name, why in field.absent.items()), *notes(results)]:
            print(f"Left out: {line}")
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description=__doc__,
        epilog="examples:\n" + "\n".join(f"  {program} {rest}" for rest in EXAMPLES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workloads", nargs="*", help="W1 to W6, or sizes with --scaling; all by default")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), metavar="PEER", help=", ".join(PEERS))
    parser.add_argument("--rounds", type=int, default=15, help="turns of each peer (default: %(default)s)")
    parser.add_argument("--scaling", action="store_true", help="growing batches, widths, depths and pictures instead")
    parser.add_argument("--cold", action="store_true", help="from a fresh process: import, first fit, memory")
    parser.add_argument("--busy", action="store_true", help="a step beside processes that never rest")
    parser.add_argument("--engine", action="store_true", help="layerlab's convolution beside a bare matrix product")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
