"""`make bench`: every measurement, one after the other, one JSON object a line. Exit code 1 when a goal was missed.

ARGS="send launch" runs some of them. Each is a process of its own, so that none inherits another's memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALL = ("send", "launch", "import_contacts", "classify", "webhook", "bulk_opt_out", "bots")


def main(chosen: list[str]) -> int:
    """Run them in order; lines that are not JSON go to standard error."""
    unknown = sorted(set(chosen) - set(ALL))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    met = True
    for name in chosen or ALL:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        met &= done.returncode == 0
        for line in done.stdout.splitlines():
            met &= _shown(line)
    return 0 if met else 1


def _shown(line: str) -> bool:
    try:
        figures = json.loads(line)
    except ValueError:
        print(line, file=sys.stderr)
        return True
    print(line, flush=True)
    return bool(figures.get("met", True)) if isinstance(figures, dict) else True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
