"""The rules of statements that no schema can say, checked on what fits its schema."""

from functools import lru_cache

from stdnum.cn import uscc as social_credit_code

from events.wire.data.enforcement import Acknowledged
from events.wire.data.fields import Data, Merchant
from events.wire.data.sanction import Imposed
from events.wire.problems import PROBLEMS, Fault, Invalid


def check_rules(subject: str, data: Data) -> None:
    """What a schema cannot say; every rule that is broken is named."""
    broken = data.broken_rules()
    merchant: Merchant | None = data.merchant
    if merchant is None and isinstance(data, Acknowledged):
        if subject != str(data.directive.subject_id):
            broken.append(("#/subject", "account-mismatch"))
    elif merchant is not None:
        if merchant.account != subject:
            broken.append(("/merchant/account", "account-mismatch"))
        if merchant.uscc is not None and not is_uscc(merchant.uscc):
            broken.append(("/merchant/uscc", "bad-uscc"))
    if isinstance(data, Imposed) and data.authority is not None and data.authority.uscc is not None and not is_uscc(data.authority.uscc):
        broken.append(("/authority/uscc", "bad-uscc"))
    if broken:
        places = [(pointer if pointer[0] == "#" else f"#/data{pointer}", code) for pointer, code in broken]
        raise Invalid(*(Fault(pointer, code, PROBLEMS[code].rule_en) for pointer, code in places))


@lru_cache(maxsize=65536)
def is_uscc(code: str) -> bool:
    """Whether the check character fits (GB 32100). Remembered: the same merchants come again and again."""
    return bool(social_credit_code.is_valid(code))
