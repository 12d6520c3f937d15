"""Ends the process groups that a killed supervisor leaves behind. Reads `+pgid` and `-pgid` lines from stdin.

Children die with their parent, but their own children (workers of granian and Celery) need not. The end of
stdin means that the supervisor is gone, however it went; the groups get `grace` seconds (argument 1) to end by
themselves. Run as a plain script: it imports nothing of ours.
"""

import contextlib
import os
import signal
import sys
import time


def main(grace: float) -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        number = int(line[1:])
        groups.add(number) if line[0] == "+" else groups.discard(number)
    deadline = time.monotonic() + grace
    while groups and time.monotonic() < deadline:
        groups = {each for each in groups if send(each, 0)}
        time.sleep(0.1)
    for each in groups:
        send(each, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Signal a group; False when it has no process left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main(float(sys.argv[1]))
