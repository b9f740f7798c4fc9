"""The two families of error: what the asker can mend, and what the system failed at."""

import errno
from pathlib import Path


class InputError(ValueError):
    """The asker can mend it. The message is a sentence for people that says what to do."""

    def __init__(self, message: str, code: str = "bad_request", detail: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail


class OutageError(RuntimeError):
    """The system failed: disk, store, server, a home written by a newer version. The message is for people."""

    def __init__(self, message: str, code: str = "unavailable") -> None:
        super().__init__(message)
        self.code = code


def disk_outage(error: OSError, folder: Path) -> OutageError:
    """Return what failed while writing to `folder`, in words that say what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = f"The disk is full, and what was there before stays. Free some space for {folder}, then try again."
        return OutageError(words, "disk_full")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return OutageError(f"{folder} may not be written. Check its permissions.", "read_only")
    return OutageError(f"Writing to {folder} failed: {error.strerror or error}. Check the disk.", "disk_failed")
