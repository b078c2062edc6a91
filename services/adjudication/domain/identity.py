"""Who an account belongs to: the ids of subjects, and when a declared credit code links, waits for a person, or says nothing new."""

import hmac
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from events.facts.dossier import AccountRef
from events.facts.evidence import EvidenceDiscredited, EvidenceVerified
from events.facts.fact import NS_SUBJECT, Kind, Statement
from events.facts.notice import NoticeStatement
from services.adjudication.domain.dossier import Dossier


def subject_of_uscc(uscc: str) -> UUID:
    """The subject with this unified social credit code, the same everywhere."""
    return uuid5(NS_SUBJECT, uscc)


def subject_of_account(hub_key: bytes, account: AccountRef) -> UUID:
    """The subject of an account that nothing more is known of: opaque without the hub's key. A UUID of version 8."""
    digest = bytearray(hmac.digest(hub_key, f"{account.platform}\0{account.account}".encode(), sha256)[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))


def account_of(statement: Statement) -> AccountRef:
    return AccountRef(statement.member, statement.account)


def opens(statement: Statement) -> bool:
    """Whether a statement opens a dossier: sanctions and declarations do, evidence and notices about nobody known do not."""
    return not isinstance(statement, EvidenceVerified | EvidenceDiscredited | NoticeStatement)


class Known(NamedTuple):
    """What the map of accounts holds of one: its subject, and the credit code that linked it, if one did."""

    subject_id: UUID
    uscc: str | None


Claim = Literal["nothing", "adopt", "link", "candidate"]


def claim(known: Known, dossier: Dossier, account: AccountRef, uscc: str | None) -> Claim:
    """What a credit code that a statement declares does to an account that is known.

    The first one links. A second one, or one against what a person linked, waits for a person. `adopt`: it only says what is known.
    What a person has judged already is not asked again, whoever says it and however often.
    """
    if uscc is None or uscc == known.uscc or (account, uscc) in dossier.apart:
        return "nothing"
    if known.uscc is not None:
        return "candidate"
    if uscc == dossier.uscc or subject_of_uscc(uscc) == dossier.subject_id:
        return "adopt"
    attached = dossier.accounts.get(account)
    return "candidate" if attached is not None and attached.why == "reviewer" else "link"


def kept_apart(old: Dossier, new: Dossier) -> bool:
    """Whether a person judged that some account of the one is not of whoever has an account of the other."""
    pairs = (*old.apart, *new.apart)
    return any((a in old.accounts and b in new.accounts) or (a in new.accounts and b in old.accounts) for a, b in pairs)


_KINDS: tuple[Kind, ...] = ("enterprise", "platform", "app", "group_owner", "individual_business", "person")


def better_known(dossier: Dossier, uscc: str | None, name: str | None, kind: Kind | None) -> dict[str, str]:
    """What this adds to what is known of the subject: the fullest name said of it, and the kind that protects it best.

    Both are maxima, so that the order in which platforms say them does not matter.
    """
    better: dict[str, str] = {}
    if uscc is not None and dossier.uscc is None:
        better["uscc"] = uscc
    if name is not None and (len(name), name) > (len(dossier.name or ""), dossier.name or ""):
        better["name"] = name
    if kind is not None and (dossier.kind is None or _KINDS.index(kind) > _KINDS.index(dossier.kind)):
        better["kind"] = kind
    return better


def public_name(dossier: Dossier) -> str | None:
    """The name that may leave the hub: of organisations only."""
    natural = dossier.kind in ("person", "individual_business") or (dossier.uscc or "").startswith("92")
    return None if natural else dossier.name
