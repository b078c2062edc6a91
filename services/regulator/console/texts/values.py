"""The hub's closed lists of values, in Chinese and English, by key."""

# fmt: off
VALUES: dict[str, tuple[str, str]] = {
    # --- tiers, kinds, measures, categories ---
    "tier.none": ("未列入", "Not listed"),
    "tier.watch": ("关注", "Watch"),
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
    # --- what was judged of an account ---
    "judgement.positive": ("属同一主体", "The same"),
    "judgement.negative": ("不属同一主体", "Not the same"),
    "judgement.unsure": ("无法认定", "Nobody can tell"),
}
# fmt: on
