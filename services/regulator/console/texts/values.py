"""Closed lists of values that only the console names, in Chinese and English, by key."""

# fmt: off
VALUES: dict[str, tuple[str, str]] = {
    # --- kinds ---
    "kind.enterprise": ("企业", "Enterprise"),
    "kind.individual_business": ("个体工商户", "Sole trader"),
    "kind.person": ("自然人", "Person"),
    "kind.platform": ("平台", "Platform"),
    "kind.app": ("应用程序", "App"),
    "kind.group_owner": ("群主", "Group owner"),
    # --- what was judged of an account ---
    "judgement.positive": ("属同一主体", "The same"),
    "judgement.negative": ("不属同一主体", "Not the same"),
    "judgement.unsure": ("无法认定", "Nobody can tell"),
}
# fmt: on
