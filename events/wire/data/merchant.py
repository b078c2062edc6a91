"""Who an account belongs to."""

from typing import Any

from events.facts import merchant as facts
from events.wire.data.fields import Data, Rekey


class Declared(Data, frozen=True, kw_only=True):
    """Nothing beside the merchant: who the account is."""

    becomes = facts.MerchantDeclared

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.MerchantDeclared:
        return facts.MerchantDeclared(**common)
