"""A bucket of the tests: a real HTTP server that keeps objects in memory and believes only what is signed (AWS Signature Version 4)."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ACCESS, SECRET, REGION, NAME = "access-of-the-tests", "secret/of+the tests", "cn-north-1", "evidence"


class Store(ThreadingHTTPServer):
    """`objects` by their names; `refused` counts requests whose signature does not hold. `broken`: it answers 500 to everything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.refused, self.broken, self.puts = 0, False, 0

    def address(self, secret: str = SECRET, bucket: str = NAME) -> str:
        return f"http://{ACCESS}:{quote(secret, safe='')}@127.0.0.1:{self.server_address[1]}/{bucket}?region={REGION}"


@contextmanager
def serving() -> Iterator[Store]:
    store = Store()
    thread = threading.Thread(target=store.serve_forever, args=(0.05,), name="bucket")
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._admitted(body):
            self.server.puts += 1
            self.server.objects[self._object()] = body
            self._answer(200, headers={"ETag": '"0"'})

    def do_GET(self) -> None:
        if self._admitted():
            found = self.server.objects.get(self._object())
            self._answer(404, _error("NoSuchKey")) if found is None else self._answer(200, found, {"ETag": '"0"'})

    def do_HEAD(self) -> None:
        if self._admitted():
            found = self.server.objects.get(self._object())
            dated = {"ETag": '"0"', "Last-Modified": "Mon, 02 Mar 2026 04:00:00 GMT"}
            self._answer(404) if found is None else self._answer(200, found, dated)

    def do_DELETE(self) -> None:
        if self._admitted():
            self.server.objects.pop(self._object(), None)
            self._answer(204)

    def log_message(self, *_: Any) -> None: ...

    def _object(self) -> str:
        bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        return name if bucket == NAME else f"{bucket}/{name}"

    def _admitted(self, body: bytes = b"") -> bool:
        if self.server.broken:
            self._answer(500, _error("InternalError"))
        elif not self._signed(body):
            self.server.refused += 1
            self._answer(403, _error("SignatureDoesNotMatch"))
        else:
            return True
        return False

    def _signed(self, body: bytes) -> bool:
        """The signature made again by the published rules, from the request as it came."""
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        said = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme != "AWS4-HMAC-SHA256" or self.headers["x-amz-content-sha256"] not in (sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
            return False
        access, day, region, service, _ = said["Credential"].split("/")
        url = urlsplit(self.path)
        query = "&".join(
            sorted(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in parse_qsl(url.query, keep_blank_values=True))
        )
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in said["SignedHeaders"].split(";"))
        canonical = "\n".join((self.command, url.path, query, headers, said["SignedHeaders"], self.headers["x-amz-content-sha256"]))
        scope = f"{day}/{region}/{service}/aws4_request"
        text = "\n".join((scheme, self.headers["x-amz-date"], scope, sha256(canonical.encode()).hexdigest()))
        key = f"AWS4{SECRET}".encode()
        for part in (day, region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        expected = hmac.digest(key, text.encode(), "sha256").hex()
        return (access, region, service) == (ACCESS, REGION, "s3") and hmac.compare_digest(expected, said["Signature"])

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/xml", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _error(code: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>no</Message></Error>'.encode()
