"""What the checker can find wrong with a log: a closed list of codes, each with what it means in both languages."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID


class Meaning(NamedTuple):
    """What a code says, to whoever reads the report."""

    zh: str
    en: str


class Finding(NamedTuple):
    """One place of the log where something is missing, or came in the wrong order."""

    code: str
    position: int
    subject: UUID
    about: str
    """The listing, weighing, directive or notice that it is about."""

    def __str__(self) -> str:
        meaning = CODES[self.code]
        return f"{self.position}  {self.code}  {self.subject}  {self.about}  {meaning.zh} / {meaning.en}"


CODES: Mapping[str, Meaning] = {
    "directive-without-decision": Meaning("限制以上的指令没有对应的生效决定",
                                          "a directive restricts without a decision in force behind it"),
    "directive-beyond-decision": Meaning("指令的措施或期限超出决定", "a directive asks more, or for longer, than was decided"),
    "directive-out-of-sequence": Meaning("指令序号没有递增", "a directive's number is not higher than the one before"),
    "false-lift": Meaning("加重的指令冒充解除", "a directive that is stricter or longer calls itself a lift"),
    "lift-missing": Meaning("限制已不成立而平台未被告知解除", "platforms were not told that a restriction is over or milder"),
    "directive-missing": Meaning("决定生效而平台未被告知", "platforms were not told of a decision in force"),
    "contest-not-told": Meaning("列名有争议而指令未标明", "a listing is contested and the directive does not say so"),
    "contest-missing": Meaning("生效列名被提出异议却未标为有争议", "an objection to a listing in force did not make it contested"),
    "listing-without-basis": Meaning("列名没有所依据的处置，或所依据的处置不存在、不再成立",
                                     "a listing rests on nothing, or on what was never weighed or stands no more"),
    "one-platform-alone": Meaning("列名仅凭一家主体的平台，且没有主管机关文书",
                                  "a listing rests on one legal entity alone, without an authority's document"),
    "listing-without-notice": Meaning("列名未经告知或未经送达", "a listing was decided without a notice that was released and served"),
    "listing-without-term": Meaning("列名没有期限或措施，或期限过长", "a listing has no term or no measures, or a term beyond three years"),
    "listing-without-version": Meaning("列名没有规则或规则手册版本，或与提案不同",
                                       "a listing names no rule or rulebook version, or another one than its proposal"),
    "step-out-of-order": Meaning("步骤次序错误", "a step of the procedure came where it cannot come"),
    "hearing-cut-short": Meaning("陈述申辩期限未满即作出决定", "it was decided before the hearing was over"),
    "silence-despite-objection": Meaning("有人提出异议却视为无异议", "silence was taken for consent although somebody had objected"),
    "same-accusers-again": Meaning("被人工驳回的控告方短期内单独再次促成提案",
                                   "those whose accusation was turned down brought a proposal about by themselves soon after"),
    "answer-missing": Meaning("异议、申诉或复核逾期未办而列名未终止",
                              "an objection, an appeal or a second look was not answered in time and the listing was not ended"),
    "decided-unread": Meaning("作出决定的人没有查阅已留存的证据", "whoever decided had not opened the evidence that was kept"),
    "decided-while-held": Meaning("被熔断搁置的列名未经人工放行即作出决定",
                                  "what the breaker held was decided before a person released it"),
    "interim-too-long": Meaning("临时措施超过七十二小时，或不是由人作出",
                                "an interim measure is longer than 72 hours, or no person imposed it"),
    "interim-not-lapsed": Meaning("临时措施期满未失效", "an interim measure is over and did not lapse"),
    "too-few-persons": Meaning("应由两人办理而不足两人", "fewer persons acted than the step takes"),
    "same-person-twice": Meaning("同一人办理了须由不同人办理的步骤", "one person took two steps that take two persons"),
    "term-over-not-ended": Meaning("期限已过而列名未终止", "the term is over and the listing was not ended"),
    "carried-otherwise": Meaning("列名随账户转移时内容改变", "a listing changed as it moved with an account"),
    "weighed-twice": Meaning("同一陈述被计两次", "a statement was weighed twice"),
    "weighed-without-statement": Meaning("所计处置在日志中没有陈述", "what was weighed was never stated"),
    "echo-weighed": Meaning("声明由指令引起的处置仍被计入", "a sanction that was declared derived still weighs"),
    "version-hole": Meaning("事实流的版本不连续", "the versions of a stream have a hole or a repetition"),
}  # fmt: skip
"""Every code that a check may use; a test compares."""
