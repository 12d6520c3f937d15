"""Facts about processes and the death of parents. Linux gives all of it; elsewhere the death signal is missing."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def die_with_parent(death_signal: signal.Signals) -> None:
    """Ask the kernel to send `death_signal` to this process when the thread that started it ends."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def child_setup(death_signal: signal.Signals) -> Callable[[], None]:
    """Return the `preexec_fn` of a child which must not outlive this process.

    A shell starts `command &` with SIGINT ignored and children inherit that, so it is set back to the default.
    """
    parent = os.getpid()

    def setup() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        die_with_parent(death_signal)
        if os.getppid() != parent:  # the parent died between fork and prctl: no signal will come
            os._exit(1)

    return setup


def state(pid: int) -> str:
    """Return the kernel's letter for a process (`R S D Z T`), `?` where it cannot be read, `` when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return "" if Path("/proc/self/stat").exists() or not _exists(pid) else "?"
    except (ProcessLookupError, PermissionError):
        return ""
    return text.rpartition(")")[2].split()[0]


def alive(pid: int) -> bool:
    """True for a process that can still do something: a zombie cannot."""
    return pid > 0 and state(pid) not in ("", "Z", "X")


def working_in(directory: Path) -> list[int]:
    """Return the living processes whose working directory is `directory` (Linux only)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").samefile(directory) and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
