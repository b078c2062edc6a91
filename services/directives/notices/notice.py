"""The notice that a platform must hand to one of its merchants: facts, basis, measures, rights, in Chinese and English. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from events.facts.listing import Basis, NoticeReleased, NoticeServed
from events.wire.token import notice_link, notice_token
from events.wire.told.redaction import STATED, Subject, tells
from services.directives.notices.letter import Addresses, letter
from services.directives.notices.words import CATEGORIES, LIST_NAME, LIST_NAME_EN, MEASURES, RIGHTS, Text


class FactStated(msgspec.Struct, frozen=True):
    """One sanction that the hub relies on. Nobody is told another platform's names of accounts or statements."""

    entity: str
    account: str | None
    measure: str
    category: str
    begins: date
    text: Text


class RuleStated(msgspec.Struct, frozen=True):
    """The rule that the facts meet."""

    rule: str
    rulebook: str
    text: Text


class Right(msgspec.Struct, frozen=True):
    """Something that the merchant may do about it."""

    code: str
    text: Text


class Notice(msgspec.Struct, frozen=True, rename={"list_name": "list"}):
    """One notice for one account, as the platform that has the account gets it."""

    notice: str
    account: str
    tier: str
    facts: list[FactStated]
    basis: RuleStated
    measures: list[str]
    rights: list[Right]
    respond_days: int | None
    respond_by: datetime | None
    objections: str | None
    """Where the platform lodges an objection on the merchant's behalf; None for a watch."""
    link: str
    """For the merchant alone: with the token that only this notice carries, he sees it, objects, appeals, and asks for his file."""
    rules: str
    """The rules, public."""
    text: Text
    released_at: datetime
    demo: bool
    interim_ends: datetime | None = None
    """Of an interim measure: it lapses by itself then."""
    list_name: str = LIST_NAME


class Hub(NamedTuple):
    """What notices say of the hub: where adjudication publishes the rules and takes objections, and the key that tokens are made with."""

    adjudication: str
    notice_key: bytes
    demo: bool


def notices(released: NoticeReleased, served: NoticeServed | None, platform: str, hub: Hub) -> Iterator[Notice]:
    """One for each account that the platform has of the subject; `served` when somebody has proved delivery."""
    rules = f"{hub.adjudication}/v1/rulebooks/{released.rulebook}"
    attached = released.accounts if served is None else served.accounts
    objections = None if released.listing_id is None else f"{hub.adjudication}/v1/listings/{released.listing_id}/objections"
    rights = [Right(code, text) for code, text in RIGHTS.items()]
    rule = RuleStated(released.rule, released.rulebook, _rule(released))
    facts = [_fact(basis, platform) for basis in released.basis]
    for account in (ref.account for ref in attached if ref.platform == platform):
        link = notice_link(hub.adjudication, notice_token(hub.notice_key, released.notice, platform, account))
        at = Addresses(link, rules)
        yield Notice(
            notice=released.notice,
            account=account,
            tier=released.tier.word,
            facts=facts,
            basis=rule,
            measures=[measure.value for measure in released.measures],
            rights=rights,
            respond_days=released.respond_days,
            respond_by=None if served is None else served.respond_by,
            objections=objections,
            link=link,
            rules=rules,
            text=letter(released, served, account, [fact.text for fact in facts], rule.text, at, demo=hub.demo),
            released_at=released.at,
            demo=hub.demo,
            interim_ends=released.interim_ends,
        )


def _fact(basis: Basis, platform: str) -> FactStated:
    subject = Subject(restricted=True, company=True, own=basis.account.platform == platform)
    measure, category, day = MEASURES[basis.measure], CATEGORIES[basis.category], basis.begins.isoformat()
    return FactStated(
        entity=basis.entity,
        account=basis.account.account if tells(STATED["account"], subject) else None,
        measure=basis.measure.value,
        category=basis.category.value,
        begins=basis.begins,
        text=Text(
            f"{basis.entity} 于 {day} 以“{category.zh}”为由采取措施：{measure.zh}",
            f"{basis.entity} took this measure on {day}: {measure.en}, on account of {category.en}",
        ),
    )


def _rule(released: NoticeReleased) -> Text:
    return Text(
        f"{LIST_NAME}规则 {released.rulebook} 版，“{released.rule}”一条；各参加平台与商家之间的服务协议和公开规则",
        f'rule "{released.rule}" of the {LIST_NAME_EN} rulebook {released.rulebook}, with the terms and published rules of each platform',
    )
