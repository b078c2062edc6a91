"""Where sealed objects lie: a folder of this machine, or a bucket of any store that speaks S3. Whole, or not there at all."""

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

SECONDS = 5.0
"""For one answer of the bucket, within what a request may take."""


class Missing(LookupError):
    """No object has this name."""


class Away(RuntimeError):
    """The place did not take, or give, an object: nothing is known to lie there."""


class Place(Protocol):
    """Any number of processes may use one. An object is written once and never changed."""

    def holds(self, name: str) -> bool: ...

    def put(self, name: str, sealed: bytes) -> None:
        """There for good when this returns."""

    def get(self, name: str) -> bytes:
        """Missing when there is none."""

    def remove(self, name: str) -> None:
        """Also when there is none."""


class Folder:
    """Below one folder, which needs the same backup as the database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, name: str) -> bool:
        return (self._folder / name).exists()

    def put(self, name: str, sealed: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            try:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync(path.parent)

    def get(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            raise Missing(name) from None

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)


class Bucket:
    """In one bucket that exists already; each object in one signed request, so that it is whole or not there."""

    def __init__(self, address: str) -> None:
        """`address`: https://ACCESS:SECRET@host[:port]/bucket[?region=…]. ValueError names what is wrong, and no secret."""
        parts = urlsplit(address)
        self._bucket = parts.path.strip("/")
        if parts.scheme not in ("http", "https") or not (parts.hostname and parts.username and parts.password) or not self._bucket:
            raise ValueError("is https://ACCESS:SECRET@host[:port]/bucket[?region=…]")
        region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
        self._store = Minio(
            endpoint=parts.netloc.rpartition("@")[2], access_key=unquote(parts.username), secret_key=unquote(parts.password), region=region,
            secure=parts.scheme == "https",
            http_client=PoolManager(timeout=Timeout(connect=1.0, read=SECONDS), retries=Retry(total=1, backoff_factor=0.1)),
        )  # fmt: skip

    def holds(self, name: str) -> bool:
        try:
            self._store.stat_object(bucket_name=self._bucket, object_name=name)
        except (MinioException, HTTPError) as failed:
            if _missing(failed):
                return False
            raise Away(str(failed)) from None
        return True

    def put(self, name: str, sealed: bytes) -> None:
        try:
            self._store.put_object(
                bucket_name=self._bucket, object_name=name, data=BytesIO(sealed), length=len(sealed), part_size=64 * 1024 * 1024
            )
        except (MinioException, HTTPError) as failed:
            raise Away(str(failed)) from None

    def get(self, name: str) -> bytes:
        try:
            with self._store.get_object(bucket_name=self._bucket, object_name=name) as answer:
                return bytes(answer.read())
        except (MinioException, HTTPError) as failed:
            raise Missing(name) if _missing(failed) else Away(str(failed)) from None

    def remove(self, name: str) -> None:
        try:
            self._store.remove_object(bucket_name=self._bucket, object_name=name)
        except (MinioException, HTTPError) as failed:
            raise Away(str(failed)) from None


def place(folder: str, bucket: str) -> Place | None:
    """By the settings, of which one at most is set."""
    return Bucket(bucket) if bucket else Folder(Path(folder)) if folder else None


def _missing(failed: Exception) -> bool:
    return isinstance(failed, S3Error) and failed.code in ("NoSuchKey", "NoSuchObject")


def _sync(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
