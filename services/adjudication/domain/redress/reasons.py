"""Reasons that no rule of a rulebook gives: of interim measures, and of a correction. In both languages."""

from events.facts.directive import Reason

WRONGFUL = Reason(
    "WRONGFUL_LISTING",
    "更正：此前对该主体的列名系错误列名，自始不应作出；请各平台一并更正此前依据该列名所作的处理和记录。",
    "Correction: the earlier listing of this subject was wrong and should never have been made; each platform is asked to correct "
    "what it did and recorded because of it.",
)
INTERIM = {
    "interim-safety": Reason(
        "INTERIM_SAFETY",
        "临时措施：涉及商品安全，等待决定将危及他人；最长七十二小时，届时自行失效。",
        "Interim measure: the safety of goods is at stake and waiting for the decision would harm others; it lapses by itself within "
        "72 hours.",
    ),
    "interim-fraud": Reason(
        "INTERIM_FRAUD",
        "临时措施：涉及正在进行的欺诈，等待决定将危及他人；最长七十二小时，届时自行失效。",
        "Interim measure: a fraud is in progress and waiting for the decision would harm others; it lapses by itself within 72 hours.",
    ),
}
