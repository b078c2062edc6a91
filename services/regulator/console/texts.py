"""What the pages say and the hub's closed lists of values, Chinese and English side by side, by key."""

from typing import Literal

from services.regulator.console.desk_words import DESK_WORDS
from services.regulator.console.words import WORDS

Language = Literal["zh", "en"]

# fmt: off
TEXTS: dict[str, tuple[str, str]] = WORDS | DESK_WORDS | {
    # --- the frame ---
    "product": ("联惩", "Liancheng"),
    "list.name": ("平台联合惩戒名单", "Joint restriction list of the platforms"),
    "office": ("监管工作台", "Regulators' desk"),
    "skip": ("跳到正文", "Skip to content"),
    "menu": ("功能菜单", "Menu"),
    "menu.list": ("名单查询", "The list"),
    "menu.changes": ("变更记录", "Changes"),
    "language": ("English", "中文"),
    "logout": ("退出", "Log out"),
    "logged.in.as": ("当前用户", "User"),
    "purpose": ("查阅用途", "Purpose"),
    "demo": ("演示环境，数据均为虚构", "Demonstration: all data are made up"),
    "legal": (
        "本名单由各平台依约共享，不是行政机关作出的名单。查阅行为均已留痕。",
        "Platforms share this list by agreement; no authority made it. Every read is recorded.",
    ),
    "shanghai": ("时间均为北京时间（UTC+8）", "All times are Beijing time (UTC+8)"),
    # --- logging in ---
    "login": ("登录", "Log in"),
    "login.key": ("访问密钥", "Key"),
    "login.key.hint": ("lc_ 开头的访问密钥，仅用于本次会话", "The key that begins with lc_; used for this session only"),
    "login.purpose.hint": ("例如：2026年四季度专项检查。随每次查阅记入审计", "For example: inspection, autumn 2026. Kept with every read"),
    "login.wrong": ("密钥无效，或不属于监管机构与经办人员", "The key is not valid, or neither a regulator's nor an officer's"),
    "login.purpose.missing": ("请填写查阅用途，不超过 200 字", "Give a purpose of 200 characters at most"),
    "login.too.many": ("尝试过于频繁，请稍后再试", "Too many attempts: try again later"),
    "login.unavailable": ("暂时无法核验密钥，请稍后再试", "The key cannot be checked now: try again later"),
    "login.foreign": ("请求来自其他站点，已拒绝", "The request came from another site and was refused"),
    # --- the list ---
    "filter": ("查询条件", "Filters"),
    "filter.tier": ("惩戒等级", "Tier"),
    "filter.category": ("违法类别", "Category"),
    "filter.as.of": ("截至时间", "As of"),
    "filter.all": ("全部", "All"),
    "filter.search": ("查询", "Search"),
    "filter.reset": ("重置", "Reset"),
    "filter.wrong": ("截至时间应为不晚于现在的时间", "As of has to be a moment that is not ahead"),
    "filter.span.wrong": ("起止时间有误", "From or to is not a moment"),
    "total": ("共 {n} 条", "{n} in all"),
    "shown": ("本页 {n} 条", "{n} on this page"),
    "page.first": ("首页", "First page"),
    "page.next": ("下一页", "Next page"),
    "none.listed": ("没有符合条件的主体", "Nobody is listed like this"),
    "none.changed": ("该时段内名单没有变更", "The list did not change in this time"),
    "column.subject": ("主体", "Subject"),
    "column.uscc": ("统一社会信用代码", "Unified social credit code"),
    "column.kind": ("主体类型", "Kind"),
    "column.tier": ("等级", "Tier"),
    "column.categories": ("违法类别", "Categories"),
    "column.measures": ("惩戒措施", "Measures"),
    "column.since": ("列入日期", "Since"),
    "column.until": ("截止日期", "Until"),
    "column.action": ("操作", "Action"),
    "column.at": ("时间", "Time"),
    "column.what": ("变更", "Change"),
    "column.before": ("变更前", "Before"),
    "column.after": ("变更后", "After"),
    "view": ("查看档案", "Open dossier"),
    "until": ("至", "until"),
    "unnamed": ("名称未知", "Name not known"),
    "contested": ("有争议", "Contested"),
    # --- changes ---
    "filter.from": ("开始时间", "From"),
    "filter.to": ("结束时间", "To"),
    "what.listed": ("列入", "Listed"),
    "what.changed": ("调整", "Changed"),
    "what.removed": ("移出", "Removed"),
    # --- a dossier ---
    "dossier": ("主体档案", "Dossier"),
    "basic": ("基本信息", "The subject"),
    "subject.id": ("主体编号", "Subject id"),
    "accounts": ("平台账户", "Accounts"),
    "decision": ("决定文号", "Decision"),
    "rulebook": ("规则版本", "Rulebook"),
    "reasons": ("列入事由", "Reasons"),
    "appeal": ("救济途径", "Appeal"),
    "merged": ("已并入", "Merged into"),
    "timeline": ("时间轴", "Timeline"),
    "timeline.more": ("后续记录", "Later records"),
    "timeline.first": ("最早记录", "First records"),
    "log.position": ("日志位置", "Position"),
    "read.by": ("查阅人", "Read by"),
    # --- what goes wrong ---
    "problem.back": ("返回", "Back"),
    # --- tiers, kinds, measures, categories ---
    "tier.none": ("未列入", "Not listed"),
    "tier.watch": ("观察", "Watch"),
    "tier.restricted": ("限制", "Restricted"),
    "tier.blacklisted": ("黑名单", "Blacklisted"),
    "kind.enterprise": ("企业", "Enterprise"),
    "kind.individual_business": ("个体工商户", "Sole trader"),
    "kind.person": ("自然人", "Person"),
    "kind.platform": ("平台", "Platform"),
    "kind.app": ("应用程序", "App"),
    "kind.group_owner": ("群主", "Group owner"),
    "measure.remove_item": ("下架商品", "Remove item"),
    "measure.rectify": ("责令整改", "Rectify"),
    "measure.warn": ("警告", "Warn"),
    "measure.points": ("扣分", "Points"),
    "measure.demote": ("降权", "Demote"),
    "measure.limit": ("限制功能", "Limit"),
    "measure.freeze": ("冻结", "Freeze"),
    "measure.expel": ("清退", "Expel"),
    "category.counterfeit": ("假冒伪劣", "Counterfeit"),
    "category.forbidden_goods": ("违禁商品", "Forbidden goods"),
    "category.unsafe_goods": ("不安全商品", "Unsafe goods"),
    "category.fraud": ("欺诈", "Fraud"),
    "category.non_delivery": ("收款不发货", "Non-delivery"),
    "category.not_as_described": ("货不对板", "Not as described"),
    "category.false_advertising": ("虚假宣传", "False advertising"),
    "category.infringement": ("侵犯权利", "Infringement"),
    "category.price_gouging": ("哄抬价格", "Price gouging"),
    "category.credit_fraud": ("刷单炒信", "Credit fraud"),
    "category.mislisting": ("错放类目", "Mislisting"),
    "category.privacy": ("侵害个人信息", "Privacy"),
    "category.illegal_content": ("违法信息", "Illegal content"),
    "category.bad_service": ("服务不良", "Bad service"),
    "category.other": ("其他", "Other"),
}
# fmt: on


class Texts:
    """The table in one language. KeyError for a key that it does not have: a typing error, not a missing translation."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = ("zh", "en").index(language)

    def __call__(self, key: str, **values: object) -> str:
        text = TEXTS[key][self._column]
        return text.format(**values) if values else text
