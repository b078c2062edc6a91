"""What a reader may see: names of organisations whole, those of persons by their first character."""

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
