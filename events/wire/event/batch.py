"""A batch cut into its statements, so that a bad one spoils no other."""

import re

import msgspec

from events.wire.problems import Invalid

MAX_BATCH = 4 * 1024 * 1024
MAX_ITEMS = 500

_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[][{},]', re.DOTALL)


def split_batch(body: bytes) -> list[bytes]:
    """The statements of a batch as they were written, so that a bad one spoils no other. Invalid when it is no array at all."""
    try:
        items = [bytes(raw) for raw in _RAWS.decode(body)]
    except (msgspec.MsgspecError, RecursionError):
        items = _split_by_brackets(body)
    if len(items) > MAX_ITEMS:
        raise Invalid.at("#", "too-large", f"A batch has at most {MAX_ITEMS} statements.")
    return items


def _split_by_brackets(body: bytes) -> list[bytes]:
    """One of the items is no JSON: cut at the commas of the outermost array, without reading what is between them."""
    text = body.strip(b" \t\r\n")
    if text[:1] != b"[" or text[-1:] != b"]":
        raise Invalid.at("#", "not-json", "A batch is a JSON array.")
    items, level, begin = [], 0, 1
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in b"[{":
            level += 1
        elif token in b"]}":
            level -= 1
            if level == 0 and found.end() != len(text):
                raise Invalid.at("#", "not-json", "The array ends before the body does.")
        elif token == b"," and level == 1:
            items.append(text[begin : found.start()])
            begin = found.end()
    if level != 0:
        raise Invalid.at("#", "not-json", "The array does not end.")
    return [*items, text[begin:-1]]
