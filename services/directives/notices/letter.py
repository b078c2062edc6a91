"""The notice as a letter to the merchant, in Chinese and English. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from events.facts.fact import Measure, Tier
from events.facts.listing import NoticeReleased, NoticeServed
from projections.day import SHANGHAI
from services.directives.notices.words import LIST_NAME, LIST_NAME_EN, MEASURES, RIGHTS, TIERS, Text

NO_AUTHORITY = Text(
    f"“{LIST_NAME}”由参加平台依约定共同建立，不是行政机关的严重违法失信名单，列入不是行政处罚，也不代替行政机关或法院的认定。",
    f"The {LIST_NAME_EN} is kept by the participating platforms under their agreements. It is not a list of seriously "
    "dishonest persons of any authority; being on it is no administrative penalty and replaces no finding of an authority or court.",
)


class Addresses(NamedTuple):
    """Where the merchant goes: with his own link, and to the rules."""

    link: str
    rules: str


def letter(
    released: NoticeReleased, served: NoticeServed | None, account: str, facts: Sequence[Text], rule: Text, at: Addresses, *, demo: bool
) -> Text:
    """What the merchant reads. It says first that this list is the platforms' own and no authority's."""
    if released.tier is Tier.WATCH:
        follows, answer = _watch(), _no_answer_needed()
    elif released.interim_ends is not None:
        follows, answer = _interim(released.interim_ends, released.measures), _at_any_time()
    else:
        follows, answer = _proposal(released.tier, released.measures), _answer(released, served)
    page, _, code = at.link.partition("#")
    zh = [
        f"{LIST_NAME}告知书" + ("（演示，无效力）" if demo else ""),
        f"商家账号：{account}",
        NO_AUTHORITY.zh,
        "一、事实：" + "；".join(fact.zh for fact in facts) + "。",
        f"二、依据：{rule.zh}。",
        f"三、{follows.zh}",
        f"四、{answer.zh}",
        "五、您的权利：" + "；".join(text.zh for text in RIGHTS.values()) + "。",
        f"六、查看案情、提出异议、申诉、申请修复、查阅本人档案（凭此链接，请勿转交他人）：{at.link}",
        f"　　链接不能直接打开的，请打开 {page} ，粘贴查询码：{code}",
        f"七、规则全文：{at.rules}",
    ]
    en = [
        f"Notice: {LIST_NAME_EN}" + (" (demonstration, of no effect)" if demo else ""),
        f"Merchant account: {account}",
        NO_AUTHORITY.en,
        "1. Facts: " + "; ".join(fact.en for fact in facts) + ".",
        f"2. Basis: {rule.en}.",
        f"3. {follows.en}",
        f"4. {answer.en}",
        "5. Your rights: " + "; ".join(text.en for text in RIGHTS.values()) + ".",
        f"6. To see your case, object, appeal, apply for repair, or read your own file (keep this link to yourself): {at.link}",
        f"   If the link does not open by itself, go to {page} and paste this code: {code}",
        f"7. The rules: {at.rules}",
    ]
    return Text("\n".join(zh), "\n".join(en))


def _watch() -> Text:
    return Text(
        "后果：列为“关注”。“关注”仅作提示，不是列入名单，不因此对您采取任何措施，最长三个月，届满自行终止。",
        'Consequence: a "watch". It informs only, is no place on the list and leads to no measure; it ends by itself, after three '
        "months at most.",
    )


def _proposal(tier: Tier, measures: Sequence[Measure]) -> Text:
    word = TIERS[tier]
    zh = "、".join(MEASURES[measure].zh for measure in measures)
    en = ", ".join(MEASURES[measure].en for measure in measures)
    return Text(
        f"拟作处理：列入名单“{word.zh}”一档，并请各参加平台依其公开规则采取措施：{zh}。尚未作出决定，现在不产生任何限制。",
        f'Proposed: listing as "{word.en}", with each platform asked to apply, under its own published rules: {en}. '
        "Nothing has been decided yet and nothing is restricted by this notice.",
    )


def _interim(ends: datetime, measures: Sequence[Measure]) -> Text:
    zh = "、".join(MEASURES[measure].zh for measure in measures)
    en = ", ".join(MEASURES[measure].en for measure in measures)
    limit = f"{ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return Text(
        f"临时措施：因等待决定将危及他人，请各参加平台先行采取措施：{zh}。本措施不是决定，至迟于 {limit}（北京时间）自行失效，"
        "且只采取一次；是否列入名单，另按告知书所述程序决定。",
        f"Interim measure: because waiting for the decision would harm others, each platform is asked to apply for now: {en}. This is no "
        f"decision; it lapses by itself on {limit} (Beijing time) at the latest and is imposed once only. Whether you are listed is "
        "decided in the procedure of the other notice.",
    )


def _at_any_time() -> Text:
    return Text(
        "认为有误的，可以随时提出异议；提出后，各平台看到的状态即标为“有争议”。",
        "If something is wrong you may object at any time; every platform is then shown that this is contested.",
    )


def _answer(released: NoticeReleased, served: NoticeServed | None) -> Text:
    days = released.respond_days
    zh = (
        f"答复期限：自中枢登记本告知书送达之时起 {days} 个工作日内，可以陈述、申辩并提交证据："
        "凭下列链接直接提出，或由向您送达本告知书的平台转交。"
    )
    en = (
        f"Time to respond: {days} working days from the moment the hub records that this notice was delivered, "
        "by the link below, or through the platform that handed it to you. "
    )
    if served is not None:
        limit = f"{served.respond_by.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        zh += f"已登记送达，截止时间 {limit}（北京时间）。"
        en += f"Delivery has been recorded; the period ends on {limit} (Beijing time). "
    if released.tier is Tier.BLACKLISTED:
        zh += "无论是否答复，均须由两人共同作出决定，沉默不视为同意。"
        en += "Whether or not you respond, two persons decide together; silence is not consent."
    else:
        zh += "期限内没有异议的，按拟定内容决定；提出异议的，由人员审查后决定。"
        en += "Without an objection in that period the proposal is deemed decided; with one, a person examines it and decides."
    return Text(zh, en)


def _no_answer_needed() -> Text:
    return Text(
        "无须答复；认为有误的，可以随时通过向您送达本告知书的平台提出。",
        "No response is needed; if something is wrong, you may say so at any time through the platform that handed this to you.",
    )
