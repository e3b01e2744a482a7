"""Processes that are nobody's children here."""

import os
import select


def ends(pid: int) -> bool:
    """Whether a process that is nobody's child here is gone, or goes within ten seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)
