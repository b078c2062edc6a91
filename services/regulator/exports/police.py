"""A package for the police about one subject: letter of transfer, chain of facts, hashes of evidence, manifest. Pure."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from html import escape
from itertools import zip_longest
from typing import NamedTuple
from uuid import UUID

import msgspec

from events.catalogue import CATALOGUE
from events.facts.dossier import SanctionWeighed
from events.facts.fact import DossierFact, Fact, Statement
from projections.blacklist.read import Account, Subject, shown
from projections.day import SHANGHAI
from services.regulator.console.texts import Texts
from services.regulator.exports.table import BOM, line
from services.regulator.masking import shown_name

_say = Texts("zh")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive, so that the same case makes the same bytes."""


class Recorded(NamedTuple):
    """A fact with its place in the hub's log."""

    position: int
    fact: Fact


class Case(NamedTuple):
    """What is handed over: the subject as it stands, its accounts, and everything that the log holds of it, in order."""

    subject: Subject
    accounts: Sequence[Account]
    facts: Sequence[Recorded]


class Transfer(NamedTuple):
    """Who hands it over, to whom, why and when; `number` is of the audit row."""

    number: str
    to: str
    by: str
    purpose: str
    at: datetime


class Listed(msgspec.Struct, frozen=True):
    """A file of the package."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What is in the package. Whoever has the hub's log can make the same files again from the facts up to `position`."""

    number: str
    subject_id: UUID
    at: datetime
    by: str
    to: str
    purpose: str
    position: int
    facts: int
    files: list[Listed]


def package(case: Case, transfer: Transfer) -> bytes:
    """A ZIP. Free text and names of persons are not in it: they lie with the platforms, which are named."""
    files = {
        "移送函.html": letter(case, transfer),
        "事实链.jsonl": chain(case),
        "时间线.csv": timeline(case),
        "证据清单.csv": evidence(case),
    }
    listed = [Listed(name, len(content), sha256(content).hexdigest()) for name, content in files.items()]
    last = max((recorded.position for recorded in case.facts), default=0)
    words = (transfer.number, case.subject.subject_id, transfer.at, transfer.by, transfer.to, transfer.purpose)
    manifest = Manifest(*words, last, len(case.facts), listed)
    return _zip(files | {"manifest.json": msgspec.json.format(msgspec.json.encode(manifest), indent=2)})


def chain(case: Case) -> bytes:
    """Every fact as the log holds it, one a line, with its position."""
    return b"".join(
        msgspec.json.encode({"position": one.position, "fact": msgspec.Raw(CATALOGUE.encode(one.fact))}) + b"\n" for one in case.facts
    )


def timeline(case: Case) -> bytes:
    """The same to read."""
    rows = [line(("时间（北京时间）", "日志位置", "事实", "来源", "账户", "陈述编号", "陈述 SHA-256"))]
    for position, fact in case.facts:
        match fact:
            case Statement():
                cells = (_moment(fact.recorded_at), str(position), fact.tag(), fact.source, fact.account, fact.id, fact.sha256)
            case DossierFact():
                cells = (_moment(fact.at), str(position), _named(fact), "联惩", "", "", "")
            case _:
                continue
        rows.append(line(cells))
    return (BOM + "".join(rows)).encode()


def evidence(case: Case) -> bytes:
    """The hashes of what each sanction lists; the content lies with its platform, or in the hub's evidence store."""
    rows = [line(("平台", "账户", "处罚编号", "证据编号", "SHA-256"))]
    for _, fact in case.facts:
        if isinstance(fact, SanctionWeighed):
            weighing = fact.weighing
            for number, digest in zip_longest(weighing.evidence_numbers, weighing.evidence, fillvalue=""):
                rows.append(line((weighing.account.platform, weighing.account.account, weighing.sanction, number, digest)))
    return (BOM + "".join(rows)).encode()


def letter(case: Case, transfer: Transfer) -> bytes:
    """涉嫌违法线索移送函, to be printed and signed."""
    body = "".join(f"<p>{escape(text)}</p>" for text in _paragraphs(case, transfer))
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>案件线索移送函</title>'
        f"<h1>案件线索移送函</h1><p>编号：{escape(transfer.number)}</p>{body}"
        f"<p>{escape(transfer.by)}（签章）</p><p>{_moment(transfer.at)}（北京时间）</p></html>"
    ).encode()


def _paragraphs(case: Case, transfer: Transfer) -> Iterator[str]:
    subject, place = case.subject, shown(case.subject, transfer.at)
    name = shown_name(subject.name, subject.kind, subject.uscc) or "（名称未知）"
    yield f"{transfer.to}："
    yield f"现将主体“{name}”（统一社会信用代码：{subject.uscc or '未知'}；主体编号：{subject.subject_id}）的有关线索移送你单位。"
    yield f"移送事由：{transfer.purpose}。"
    yield f"该主体现处于平台联合惩戒名单的“{_say(f'tier.{place.tier.word}')}”层级，决定文号：{place.decision or '无'}。"
    for reason in place.reasons:
        yield f"列入事由：{reason.zh}"
    yield "涉及账户：" + ("；".join(f"{one.platform} {one.account}" for one in case.accounts) or "无") + "。"
    yield f"随函附事实链 {len(case.facts)} 条、时间线、证据清单及校验清单（manifest.json，含各文件 SHA-256）。"
    yield "举报人身份、自由文本及自然人姓名不在本包内，依法向相应平台调取。平台联合惩戒名单由各平台依约共享，不是行政机关作出的名单。"


def _named(fact: DossierFact) -> str:
    return _say.known(f"fact.{fact.tag().rsplit('.', 1)[0]}", fact.tag())


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _zip(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()
