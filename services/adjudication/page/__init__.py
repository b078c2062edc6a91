"""The page that the link of a notice opens, as files. It holds nothing: what it shows it asks for with the token of the notice."""

from importlib.resources import files


def read(name: str) -> bytes:
    """One of the files; there are few, and they are small."""
    return (files(__name__) / name).read_bytes()
