"""A conversation with one service of the hub: the key, the time limits, and the two ways in which it can go wrong."""

from collections.abc import Iterator, Mapping
from typing import NoReturn, TypeVar

import httpx
import msgspec

from events.client.reading import reader

T = TypeVar("T")
LATER = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
LOOPBACK = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}
"""A proxy in the environment is meant for hubs elsewhere."""


class Fault(msgspec.Struct, frozen=True):
    """One field that the hub did not accept."""

    pointer: str = ""
    code: str = ""
    detail: str = ""


class ProblemDetails(msgspec.Struct, frozen=True):
    """RFC 9457, with the faults of single fields."""

    type: str = "about:blank"
    title: str = ""
    status: int = 0
    detail: str = ""
    errors: tuple[Fault, ...] = ()

    @property
    def code(self) -> str:
        return self.type.rsplit("/", 1)[-1]

    def __str__(self) -> str:
        faults = "; ".join(f"{fault.pointer} {fault.code} {fault.detail}".strip() for fault in self.errors)
        return " ".join(part for part in (str(self.status), self.code, self.detail, faults) if part)


class Unreachable(Exception):
    """No answer, or one that says later. Nothing is known about the request's effect; `retry_after` seconds when the hub named them."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Problem(Exception):
    """The hub answered no, and will to the same request again."""

    def __init__(self, details: ProblemDetails) -> None:
        super().__init__(str(details))
        self.details = details

    @property
    def status(self) -> int:
        return self.details.status


class Answer(msgspec.Struct, frozen=True):
    """A body with what came around it."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def read(self, kind: type[T]) -> T:
        return reader(kind)(self.body)


class Hub:
    """One service under one key. May be used by several threads."""

    def __init__(self, address: str, key: str, *, patience: float = 10.0) -> None:
        """`address` such as http://127.0.0.1:8110; an empty `key` for what is public.

        `patience` is the limit in seconds of one whole request's silent stretches.
        """
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=patience,
            mounts=LOOPBACK,
        )

    def get(self, path: str, *, query: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises Unreachable or Problem."""
        return self._ask("GET", path, query=query, headers=headers)

    def post(self, path: str, body: bytes, *, media: str = "application/json", headers: Mapping[str, str] | None = None) -> Answer:
        """Raises Unreachable or Problem."""
        return self._ask("POST", path, body=body, headers={**(headers or {}), "Content-Type": media})

    def put(self, path: str, body: bytes, *, media: str = "application/json") -> Answer:
        """Raises Unreachable or Problem."""
        return self._ask("PUT", path, body=body, headers={"Content-Type": media})

    def stream(self, path: str, *, headers: Mapping[str, str], silence: float) -> Iterator[str]:
        """The lines of an answer that does not end. Raises Unreachable after `silence` seconds without one, or when it breaks off."""
        limits = httpx.Timeout(self._client.timeout.connect, read=silence)
        try:
            with self._client.stream("GET", path, headers=headers, timeout=limits) as response:
                if response.status_code >= 400:
                    response.read()
                    _refuse(f"GET {path}", response)
                yield from response.iter_lines()
        except (httpx.TransportError, httpx.StreamError) as silent:
            raise Unreachable(f"GET {path}: {silent}") from silent

    def close(self) -> None:
        self._client.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        try:
            response = self._client.request(method, path, params=query, content=body, headers=headers)
        except httpx.TransportError as silence:
            raise Unreachable(f"{method} {path}: {silence}") from silence
        if response.status_code >= 400:
            _refuse(f"{method} {path}", response)
        return Answer(response.status_code, response.content, dict(response.headers))


def _refuse(what: str, response: httpx.Response) -> NoReturn:
    if response.status_code in LATER:
        raise Unreachable(f"{what}: {response.status_code}", _seconds(response.headers.get("Retry-After")))
    raise Problem(problem_of(response.status_code, response.content))


def problem_of(status: int, body: bytes) -> ProblemDetails:
    """What the body says, or only the status when something on the way answered in its own words."""
    try:
        said = reader(ProblemDetails)(body)
    except msgspec.DecodeError:
        said = ProblemDetails(detail=body[:200].decode(errors="replace"))
    return msgspec.structs.replace(said, status=status)


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdecimal() else None
