"""A problem as HTTP answers it: application/problem+json after RFC 9457, with a code of the closed list."""

from collections.abc import Mapping, Sequence

import msgspec

from events.wire.problems import PROBLEMS, Fault, Invalid, document

MEDIA = "application/problem+json"


class Problem(Exception):
    """Raised anywhere in a request, answered with the status of its code. KeyError for a code that the list does not have.

    `more` are members beside those of the RFC; headers go out as they are.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.errors, self.more = code, detail, tuple(errors), more
        self.status = PROBLEMS[code].status
        self.headers = dict(headers or {})
        if self.status == 401:
            self.headers.setdefault("WWW-Authenticate", "Bearer")
        if self.status == 503:
            self.headers.setdefault("Retry-After", "1")
        if self.status in (408, 413):
            # What was sent is not read to its end, so nothing can be asked on this connection any more.
            self.headers.setdefault("Connection", "close")

    @classmethod
    def of(cls, invalid: Invalid) -> "Problem":
        return cls(invalid.code, invalid.faults[0].detail, invalid.faults)

    def body(self) -> bytes:
        return msgspec.json.encode(document(self.code, self.detail, self.errors, **self.more))
