"""What pages and exports say: tables of Chinese and English side by side, by key, and the labels that all of them share. Pure."""

from collections.abc import Mapping
from typing import ClassVar, Literal

Language = Literal["zh", "en"]
Table = Mapping[str, tuple[str, str]]

# fmt: off
LABELS: Table = {
    "tier.none": ("未列入", "Not listed"),
    "tier.watch": ("关注", "Watch"),
    "tier.restricted": ("限制", "Restricted"),
    "tier.blacklisted": ("黑名单", "Blacklisted"),
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
    "category.credit_fraud": ("刷单炒信", "Fabricated reputation"),
    "category.mislisting": ("错放类目", "Mislisting"),
    "category.privacy": ("侵害个人信息", "Privacy"),
    "category.illegal_content": ("违法信息", "Illegal content"),
    "category.bad_service": ("服务不良", "Bad service"),
    "category.other": ("其他", "Other"),
}
# fmt: on
"""Of tiers, measures and categories, by the names that they have on the wire. A notice says in full what they are."""


class Words:
    """A table in one language. KeyError for a key that it does not have: a typing error, not a missing translation."""

    table: ClassVar[Table]

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = ("zh", "en").index(language)

    def __call__(self, key: str, **values: object) -> str:
        text = self.table[key][self._column]
        return text.format(**values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """For values that a later hub may add."""
        return self(key) if key in self.table else otherwise
