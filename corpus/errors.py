"""The two families of error: what the asker can mend, and what the system failed at."""


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
