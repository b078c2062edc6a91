"""What a notice calls things, in full and as its sentences need them: measures, categories, tiers, rights. Pure."""

import msgspec

from events.facts.fact import Category, Measure, Tier

LIST_NAME = "平台联合惩戒名单"
LIST_NAME_EN = "Joint Platform Sanctions List"


class Text(msgspec.Struct, frozen=True):
    """The same in both languages."""

    zh: str
    en: str


MEASURES: dict[Measure, Text] = {
    Measure.REMOVE_ITEM: Text("下架商品或删除内容", "removal of items or content"),
    Measure.RECTIFY: Text("限期改正", "an order to rectify"),
    Measure.WARN: Text("警告", "a warning"),
    Measure.POINTS: Text("扣分", "penalty points"),
    Measure.DEMOTE: Text("降低展示", "reduced visibility"),
    Measure.LIMIT: Text("限制经营功能", "limits on trading functions"),
    Measure.FREEZE: Text("冻结店铺或账号", "freezing of the shop or account"),
    Measure.EXPEL: Text("清退", "expulsion"),
}

CATEGORIES: dict[Category, Text] = {
    Category.COUNTERFEIT: Text("假冒商品", "counterfeit goods"),
    Category.FORBIDDEN_GOODS: Text("禁售商品", "forbidden goods"),
    Category.UNSAFE_GOODS: Text("不安全商品", "unsafe goods"),
    Category.FRAUD: Text("欺诈", "fraud"),
    Category.NON_DELIVERY: Text("收款不发货", "non-delivery"),
    Category.NOT_AS_DESCRIBED: Text("与描述不符", "goods not as described"),
    Category.FALSE_ADVERTISING: Text("虚假宣传", "false advertising"),
    Category.INFRINGEMENT: Text("侵犯知识产权", "infringement of intellectual property"),
    Category.PRICE_GOUGING: Text("价格违法", "price gouging"),
    Category.CREDIT_FRAUD: Text("信用炒作", "fabricated reputation"),
    Category.MISLISTING: Text("错放类目", "mislisting"),
    Category.PRIVACY: Text("侵犯个人信息", "violation of privacy"),
    Category.ILLEGAL_CONTENT: Text("违法信息", "illegal content"),
    Category.BAD_SERVICE: Text("服务问题", "bad service"),
    Category.OTHER: Text("其他", "other"),
}

TIERS: dict[Tier, Text] = {
    Tier.NONE: Text("未列入", "not listed"),
    Tier.WATCH: Text("关注", "watch"),
    Tier.RESTRICTED: Text("限制", "restricted"),
    Tier.BLACKLISTED: Text("黑名单", "blacklisted"),
}

RIGHTS: dict[str, Text] = {
    "STATE_AND_DEFEND": Text(
        "在期限内陈述、申辩，并提交证据；不因申辩而加重处理",
        "to be heard within the period and to submit evidence; no harsher treatment follows from doing so",
    ),
    "KNOW_THE_REASONS": Text(
        "了解所依据的事实、规则和证据摘要，要求更正错误信息",
        "to know the facts, rules and evidence relied on, and to have errors corrected",
    ),
    "APPEAL": Text(
        "对决定提出申诉，由作出决定者以外的人复核",
        "to appeal against the decision; it is reviewed by a person other than the one who decided",
    ),
    "REPAIR": Text(
        "改正后申请修复；修复后公示、共享和措施同时停止",
        "to apply for repair once matters are put right; publicity, sharing and measures then end together",
    ),
    "OTHER_REMEDIES": Text(
        "依法投诉、申请调解、仲裁或提起诉讼的权利不受影响",
        "complaints, mediation, arbitration and court proceedings under the law remain open",
    ),
}
