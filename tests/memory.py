"""What a process of a test used at its most."""

from pathlib import Path


def peak_mib() -> int:
    """This process's own largest resident set, in MiB.

    Linux counts ``ru_maxrss`` on over ``exec``: a child's begins with what its parent held. ``VmHWM`` begins anew.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024
