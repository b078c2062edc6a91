"""Who an account belongs to, as its platform declares it."""

from typing import ClassVar

from events.facts.fact import Statement


class MerchantDeclared(Statement, frozen=True, kw_only=True, omit_defaults=True, tag="merchant.declared.v1"):
    """The platform says whose account this is: nothing beside what every statement says of the merchant."""

    lane: ClassVar[str] = "merchant"
