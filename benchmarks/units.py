"""Which inflated colleges, majors and classes are found among made-up universities, and which innocent ones are named.

Beside it, over the same units, one funnel over all colleges at 99.8 %, which
finds as many and names the art colleges. The second table is one university
alone, where peers are few. Last, what 3,000 units cost.

    python -m benchmarks.units [--seeds 12]
"""

import argparse
import time

from casework.screening.units import compare
from tests.casework.screening.populations import naive, named, population, tally


def main() -> None:
    """Print found of planted and innocent of all, for peers and for one funnel, and the seconds of one comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    arguments = parser.parse_args()
    judges = {"peers": lambda units: named(compare(units)), "one funnel": naive}
    for universities, seeds in ((8, range(arguments.seeds)), (1, range(4 * arguments.seeds))):
        print(f"\n{len(seeds)} populations of {universities}: found/planted, innocent/all")
        for name, judge in judges.items():
            count = tally(seeds, universities=universities, judge=judge)
            cells = [
                f"{level} {count[f'found {level}']}/{count[f'planted {level}']}, "
                f"{count[f'innocent {level}']}/{count[f'all {level}']}"
                for level in ("college", "major", "class")
            ]
            print(f"{name:12}", " | ".join(cells))
    units = population(0, universities=17).units[:3000]
    started = time.perf_counter()
    compare(units)
    print(f"\n{len(units)} units: {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
