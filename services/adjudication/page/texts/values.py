"""Why a case ended and why a sanction does not count, in Chinese and English, by key."""

# fmt: off
VALUES: dict[str, tuple[str, str]] = {
    "why.expired": ("期限届满", "The term ran out"),
    "why.repaired": ("信用修复", "Repaired"),
    "why.revoked": ("撤销", "Revoked"),
    "why.wrongful": ("列入有误", "It was wrong"),
    "why.not_justified": ("列入理由不成立", "The proposal was not justified"),
    "why.basis_gone": ("依据已不存在", "Its basis is gone"),
    "why.objection_upheld": ("异议成立", "The objection was upheld"),
    "why.superseded": ("由更高等级取代", "Superseded by a higher tier"),
    "not.derived": ("由指令派生，不计", "Caused by a directive"),
    "not.overturned": ("已撤销，不计", "Overturned"),
    "not.settled": ("已和解，不计", "Settled"),
    "not.repaired": ("已修复，不计", "Repaired"),
    "not.amended": ("已减轻，另计", "Amended"),
    "not.repeated": ("已计入，不重复", "Weighed before"),
    "not.evidence_discredited": ("证据不成立，不计", "Its evidence does not stand"),
    "not.other": ("不计", "Does not count"),
}
# fmt: on
