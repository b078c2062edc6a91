"""Bad input, and what each piece of it gets: the same answer over HTTP and Kafka, structured. One case is one body of one statement."""

from typing import Any, NamedTuple

import msgspec

from tests.wire.made import ACCOUNT, HASH, SUBJECT_ID, body, changed, event


class Case(NamedTuple):
    """A body, and the code and pointer of the first fault."""

    name: str
    body: bytes
    code: str
    pointer: str


def _replaced(old: bytes, new: bytes) -> bytes:
    """A proper statement with some bytes exchanged, so that what no encoder would write can be sent."""
    proper = body(event("report.filed"))
    assert old in proper
    return proper.replace(old, new, 1)


_TEXT = "收到的化妆品批号与标签不符，疑似假冒。".encode()
_AMOUNT = b'"amount_minor":19900'
_DOCUMENT = {"name": "某市市场监督管理局", "document": "市监处罚〔2026〕88号", "issued_on": "2026-11-01", "sha256": HASH}

UNREADABLE = (
    Case("empty", b"", "not-json", "#"),
    Case("rubbish", b"\x00\x01\x02rubbish", "not-json", "#"),
    Case("half a statement", body(event())[:200], "not-json", "#"),
    Case("two statements", body(event()) * 2, "not-json", "#"),
    Case("a list", b"[]", "wrong-type", "#"),
    Case("null", b"null", "wrong-type", "#"),
    Case("bad UTF-8", _replaced(_TEXT, b"\xff\xfe"), "not-utf8", "#"),
    Case("surrogates in UTF-8", _replaced(_TEXT, b"\xed\xa0\x80"), "not-utf8", "#"),
    Case("byte order mark", b"\xef\xbb\xbf" + body(event()), "not-json", "#"),
    Case("UTF-16", body(event()).decode().encode("utf-16"), "not-utf8", "#"),
    Case("raw NUL", _replaced(_TEXT, b"a\x00b"), "not-json", "#"),
    Case("escaped NUL", _replaced(_TEXT, b"a\\u0000b"), "forbidden-character", "#/data/text"),
    Case("lone surrogate", _replaced(_TEXT, b"\\ud83d"), "forbidden-character", "#/data/text"),
    Case("surrogates the wrong way round", _replaced(_TEXT, b"\\ude00\\ud83d"), "forbidden-character", "#/data/text"),
    Case("same key twice", _replaced(_AMOUNT, _AMOUNT + b"," + _AMOUNT), "duplicate-key", "#/data/amount_minor"),
    Case("same key twice, escaped", _replaced(_AMOUNT, _AMOUNT + b',"amount\\u005fminor":1'), "duplicate-key", "#/data/amount_minor"),
    Case("same key twice, spaced", _replaced(_AMOUNT, _AMOUNT + b',"amount_minor" :1'), "duplicate-key", "#/data/amount_minor"),
    Case("same key twice, unknown field", _replaced(_AMOUNT, b'"x":{"a":1,"a":2}'), "duplicate-key", "#/data/x/a"),
    Case("same attribute twice", b'{"id":"a","id":"b"}', "duplicate-key", "#/id"),
    Case("NaN", _replaced(b"19900", b"NaN"), "not-an-integer", "#/data/amount_minor"),
    Case("Infinity", _replaced(b"19900", b"-Infinity"), "not-an-integer", "#/data/amount_minor"),
    Case("fraction", _replaced(b"19900", b"199.00"), "not-an-integer", "#/data/amount_minor"),
    Case("whole fraction", _replaced(b"19900", b"19900.0"), "not-an-integer", "#/data/amount_minor"),
    Case("exponent", _replaced(b"19900", b"1e3"), "not-an-integer", "#/data/amount_minor"),
    Case("fraction in an unknown field", _replaced(_AMOUNT, b'"x":[{"y":0.5}]'), "not-an-integer", "#/data/x/0/y"),
    Case("leading zero", _replaced(b"19900", b"019900"), "not-json", "#"),
    Case("unsafe integer", _replaced(b"19900", b"9007199254740992"), "out-of-range", "#/data/amount_minor"),
    Case("unsafe integer in an unknown field", _replaced(_AMOUNT, b'"x":[-9007199254740992]'), "out-of-range", "#/data/x/0"),
    Case("integer of 5000 digits", _replaced(b"19900", b"9" * 5000), "out-of-range", "#/data/amount_minor"),
    Case("negative amount", _replaced(b"19900", b"-1"), "out-of-range", "#/data/amount_minor"),
    Case("17 levels", _replaced(_AMOUNT, b'"x":' + b"[" * 15 + b"]" * 15), "too-deep", "#"),
    Case("10,000 levels", _replaced(_AMOUNT, b'"x":' + b"[" * 10_000 + b"]" * 10_000), "too-deep", "#"),
    Case("10,000 levels of objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too-deep", "#"),
    Case("10,000 levels, never closed", b"[" * 10_000, "too-deep", "#"),
    Case("oversized", _replaced(_TEXT, b"x" * (256 * 1024)), "too-large", "#"),
)


def _attribute(name: str, value: Any, code: str) -> Case:
    return Case(f"attribute {name}: {value!r:.40}", body(changed(name, value)), code, f"#/{name}")


ATTRIBUTES = (
    *(_attribute(name, ..., "missing-field") for name in ("specversion", "id", "source", "type", "subject", "time", "data")),
    *(_attribute(name, None, "missing-field") for name in ("id", "subject")),
    _attribute("specversion", "0.3", "unknown-value"),
    _attribute("id", "", "bad-format"),
    _attribute("id", "has space", "bad-format"),
    _attribute("id", "line\n", "bad-format"),
    _attribute("id", "x" * 129, "bad-format"),
    _attribute("id", 7, "wrong-type"),
    _attribute("source", "/platforms/pdd", "wrong-source"),
    _attribute("source", "/authorities/tmall", "wrong-source"),
    _attribute("source", "tmall", "wrong-source"),
    _attribute("type", "liancheng.report.filed.v2", "unknown-type"),
    _attribute("type", "liancheng.directive.issued.v1", "unknown-type"),
    _attribute("type", "sanction.imposed.v1", "unknown-type"),
    _attribute("subject", "", "bad-length"),
    _attribute("subject", "x" * 129, "bad-length"),
    _attribute("time", "2026-11-20", "bad-moment"),
    _attribute("time", "2026-11-20T11:59:30", "bad-moment"),
    _attribute("time", "0001-01-01T00:00:00+14:00", "bad-moment"),
    _attribute("time", "9999-12-31T23:59:59-14:00", "bad-moment"),
    _attribute("time", "yesterday", "bad-moment"),
    _attribute("datacontenttype", "application/xml", "unknown-value"),
    _attribute("datacontenttype", 1, "unknown-value"),
    _attribute("data", [], "wrong-type"),
    _attribute("data", "{}", "wrong-type"),
    _attribute("data_base64", "e30=", "data-base64-refused"),
    _attribute("Upper", "x", "bad-attribute"),
    _attribute("with-dash", "x", "bad-attribute"),
    _attribute("extension", {"a": 1}, "bad-attribute"),
    _attribute("extension", 2**53, "out-of-range"),
)


def _field(path: str, value: Any, code: str, name: str = "sanction.imposed", pointer: str | None = None) -> Case:
    return Case(f"{name} {path}: {value!r:.40}", body(changed(f"data/{path}", value, name)), code, pointer or f"#/data/{path}")


FIELDS = (
    _field("merchant", ..., "missing-field"),
    _field("merchant", ACCOUNT, "wrong-type"),
    _field("merchant/account", "somebody-else", "account-mismatch"),
    _field("merchant/account", ..., "missing-field"),
    _field("merchant/uscc", "91350100M000100Y44", "bad-uscc"),
    _field("merchant/uscc", "91350100m000100y43", "bad-uscc"),
    _field("merchant/uscc", "91350100M000100Y4", "bad-uscc"),
    _field("merchant/uscc", "91350100-M000100Y43", "bad-uscc"),
    _field("merchant/uscc", "91350100M000100Y43\n", "bad-uscc"),
    _field("merchant/kind", "company", "unknown-value"),
    _field("merchant/name", "", "bad-length"),
    _field("measure", "warning", "unknown-value"),
    _field("measure", "FREEZE", "unknown-value"),
    _field("category", "weapons", "unknown-value"),
    _field("decided_by", "robot", "unknown-value"),
    _field("decided_by", "authority", "document-mismatch", pointer="#/data/authority"),
    _field("authority", _DOCUMENT, "document-mismatch"),
    _field("origin", ..., "missing-field"),
    _field("origin/kind", "echo", "unknown-value"),
    _field("origin/directive", {"subject_id": "nobody", "seq": 1}, "bad-format", pointer="#/data/origin/directive/subject_id"),
    _field("origin/directive", {"subject_id": SUBJECT_ID, "seq": 0}, "out-of-range", pointer="#/data/origin/directive/seq"),
    _field("ends", ..., "missing-end"),
    _field("ends", None, "missing-end"),
    _field("ends", "2026-11-20T10:00:00+08:00", "ends-before-it-begins"),
    _field("ends", "2026-11-20T01:59:59Z", "ends-before-it-begins"),
    _field("begins", "2026-11-20", "bad-moment"),
    _field("begins", "2026-11-20T10:00:00", "bad-moment"),
    _field("begins", "1969-12-31T23:59:59Z", "bad-moment"),
    _field("ends", "2200-01-01T00:00:00Z", "bad-moment"),
    _field("quantity", -1, "out-of-range"),
    _field("quantity", "3", "wrong-type"),
    _field("quantity", True, "wrong-type"),
    _field("evidence", ..., "missing-field"),
    _field("evidence", "E-3", "wrong-type"),
    _field("evidence/0", "E-3", "wrong-type"),
    _field("evidence/0/sha256", HASH.upper(), "bad-format"),
    _field("evidence/0/sha256", HASH[:-1], "bad-format"),
    _field("reports", ["R-1"] * 101, "bad-length"),
    _field("reports/0", "", "bad-length"),
    _field("rule", "", "bad-length"),
    _field("text", "长" * 2001, "bad-length", "report.filed"),
    _field("reporter", ..., "missing-field", "report.filed"),
    _field("reporter/token", "", "bad-length", "report.filed"),
    _field("reporter/assurance", "certain", "unknown-value", "report.filed"),
    _field("channel", "12345", "unknown-value", "report.filed"),
    _field("currency", "cny", "bad-format", "report.filed"),
    _field("reason", ..., "missing-field", "report.concluded"),
    _field("reason_code", "because", "unknown-value", "report.concluded"),
    _field("finding", "honest", "unknown-value", "report.concluded"),
    _field("bytes", -1, "out-of-range", "evidence.submitted"),
    _field("media", "jpeg", "bad-format", "evidence.submitted"),
    _field("timestamp", "not base64!", "bad-format", "evidence.submitted"),
    _field("captured_at", "20:15", "bad-moment", "evidence.submitted"),
    _field("grade", "E", "unknown-value", "evidence.verified"),
    _field("reason", "forgiven", "unknown-value", "sanction.lifted"),
    _field("delivered_at", ..., "missing-field", "notice.delivered"),
    _field("state", "ignored", "unknown-value", "enforcement.acknowledged"),
    _field("directive/seq", 2**53, "out-of-range", "enforcement.acknowledged"),
    _field("merchant", ..., "account-mismatch", "enforcement.acknowledged", "#/subject"),
)

CASES: tuple[Case, ...] = (*UNREADABLE, *ATTRIBUTES, *FIELDS)


def batch(*items: bytes) -> bytes:
    """A batch of bodies as they are, also of those that no encoder would write."""
    return b"[" + b",".join(items) + b"]"


def encoded(items: list[dict[str, Any]]) -> bytes:
    return msgspec.json.encode(items)
