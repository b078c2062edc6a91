"""Reading with a purpose, page by page: the purpose header, opaque cursors, the link to the next page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlencode

import msgspec
from litestar import Request

from events.wire.problems import Fault
from services.web.problem import Problem

T = TypeVar("T")

PURPOSE_LENGTH = 200


def wrong_parameter(name: str, detail: str) -> Problem:
    return Problem("bad-parameter", f"{name}: {detail}", (Fault(f"#/{name}", "bad-parameter", detail),))


def purpose(request: Request[Any, Any, Any], given: str | None = None) -> str:
    """What a read is for, from Liancheng-Purpose (percent-encoded when it is not ASCII); without it `given`, or purpose-required."""
    text = unquote(request.headers.get("liancheng-purpose", "")).strip() or (given or "").strip()
    if not text or len(text) > PURPOSE_LENGTH or not text.isprintable():
        raise Problem("purpose-required", f"Liancheng-Purpose holds 1 to {PURPOSE_LENGTH} printable characters.")
    return text


def cursor(*place: Any) -> str:
    """An opaque token for a place in an ordering. It is no secret, and it is checked when it comes back."""
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def read_cursor(token: str, kind: type[T], name: str = "cursor") -> T:
    """The place as this tuple type; the problem bad-parameter for anything that the hub did not give out."""
    try:
        return msgspec.json.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=kind)
    except (ValueError, msgspec.MsgspecError):
        raise wrong_parameter(name, "is not one that was given out") from None


def next_link(request: Request[Any, Any, Any], token: str) -> dict[str, str]:
    """The Link header to the next page: the same request with another cursor."""
    query = [(key, value) for key, value in parse_qsl(request.scope["query_string"].decode("latin-1")) if key != "cursor"]
    return {"Link": f'<{request.scope["path"]}?{urlencode([*query, ("cursor", token)])}>; rel="next"'}
