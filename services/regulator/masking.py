"""What a reader may see: names of organisations whole, those of persons by their first character, and no character that deceives."""

import re

from events.facts.fact import Kind

_NATURAL: frozenset[Kind] = frozenset({"person", "individual_business", "group_owner"})
_SOLE_TRADER = "92"
"""How the unified social credit code of a sole trader begins."""


def natural(kind: Kind | None, uscc: str | None) -> bool:
    """Whether a natural person stands behind the subject."""
    return kind in _NATURAL or (uscc or "").startswith(_SOLE_TRADER)


def masked(name: str) -> str:
    return f"{name[:1]}**"


def shown_name(name: str | None, kind: Kind | None, uscc: str | None) -> str | None:
    return masked(name) if name is not None and natural(kind, uscc) else name


_DECEIVING = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f]"
)
"""What is not seen, or turns around what stands beside it."""


def visible(text: str) -> str:
    """The text with such characters named: two names that look alike are alike."""
    return _DECEIVING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
