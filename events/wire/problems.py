"""Everything that can go wrong in what somebody asks of the hub: a closed list of codes with their meaning, after RFC 9457."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec


class Meaning(NamedTuple):
    """What a code stands for: the HTTP status that it is answered with, a title, and the rule behind it, in both languages."""

    status: int
    title_en: str
    title_zh: str
    rule_en: str
    rule_zh: str


# fmt: off
# ruff: noqa: E501  (a rule and its translation stand beside each other)
PROBLEMS: dict[str, Meaning] = {
    # --- the request ---
    "unauthorized": Meaning(401, "No valid credential", "凭证无效",
        "Send Authorization: Bearer with a key that is not revoked.", "请在 Authorization: Bearer 中携带未被吊销的密钥。"),
    "forbidden": Meaning(403, "Not allowed for this credential", "凭证无此权限",
        "This class of member may not do this.", "该类成员不得进行此操作。"),
    "not-found": Meaning(404, "Not found", "不存在",
        "There is nothing at this address that the caller may see.", "此地址下没有调用方可见的内容。"),
    "method-not-allowed": Meaning(405, "Method not allowed", "不支持该方法",
        "The address exists, with other methods; see Allow.", "地址存在，但须用其他方法，见 Allow。"),
    "not-acceptable": Meaning(406, "Not acceptable", "无法按所求格式应答",
        "The hub cannot answer in the media type asked for.", "平台无法以所请求的媒体类型应答。"),
    "request-timeout": Meaning(408, "The request came too slowly", "请求传送过慢",
        "The body has to arrive within some seconds.", "请求体须在数秒内传送完毕。"),
    "too-large": Meaning(413, "Too large", "内容过大",
        "A statement has at most 256 KiB, a batch at most 500 statements and 4 MiB.", "单条陈述不超过 256 KiB，批量不超过 500 条且不超过 4 MiB。"),
    "unsupported-media-type": Meaning(415, "Unsupported media type", "不支持的媒体类型",
        "The Content-Type is not one that this address takes.", "此地址不接受该 Content-Type。"),
    "bad-parameter": Meaning(422, "Wrong parameter", "参数错误",
        "A parameter of the query, path or header breaks its rule.", "查询、路径或首部参数不符合规则。"),
    "purpose-required": Meaning(422, "A purpose is required", "须说明用途",
        "Reading a dossier takes a Liancheng-Purpose header; it is kept with the audit.", "查阅档案须带 Liancheng-Purpose 首部，并记入审计。"),
    "reason-required": Meaning(422, "A reason is required", "须说明理由",
        "A change carries its reason in the body.", "变更须在请求体中说明理由。"),
    "idempotency-key-required": Meaning(422, "An Idempotency-Key is required", "须带幂等键",
        "Every change carries an Idempotency-Key of 1 to 128 characters: the id of the command.", "每项变更须带 1 至 128 个字符的 Idempotency-Key，作为命令编号。"),
    "precondition-required": Meaning(428, "If-Match is required", "须带 If-Match",
        "A change of a listing carries the ETag that it was read with.", "变更列名须带读取时的 ETag。"),
    "precondition-failed": Meaning(412, "Changed in the meantime", "内容已变更",
        "The resource is not what it was when it was read: read it again.", "资源已与读取时不同，请重新读取。"),
    "too-many-requests": Meaning(429, "Too many requests", "请求过多",
        "The quota of this key is used up; see Retry-After.", "该密钥的配额已用完，见 Retry-After。"),
    "internal": Meaning(500, "The hub failed", "平台内部错误",
        "A defect of the hub, which has been logged; nothing was accepted.", "平台自身缺陷，已记录；未受理任何内容。"),
    "unavailable": Meaning(503, "Not available now", "暂不可用",
        "The hub cannot answer now; nothing was promised. Send the same again after Retry-After.", "平台暂时无法应答，未作任何承诺；请按 Retry-After 原样重发。"),
    # --- the state of things ---
    "conflict": Meaning(409, "Same id with other content", "编号相同而内容不同",
        "A statement with this id was accepted before and had another content.", "此编号的陈述此前已受理，且内容不同。"),
    "idempotency-conflict": Meaning(409, "Same Idempotency-Key with another command", "幂等键相同而命令不同",
        "This Idempotency-Key was used before for another command.", "该幂等键此前已用于另一命令。"),
    "not-allowed-now": Meaning(409, "Not allowed in this state", "当前状态不允许",
        "The procedure does not allow this step now; the detail names the guard.", "程序目前不允许此步骤，detail 指明所违反的条件。"),
    "second-person-required": Meaning(409, "Another person is required", "须由另一人办理",
        "Who did the step before may not do this one.", "办理前一步骤的人不得办理此步骤。"),
    "content-mismatch": Meaning(422, "Content does not match its hash", "内容与摘要不符",
        "The content sent has another sha256 than was stated.", "所传内容的 sha256 与所陈述的不符。"),
    "timestamp-invalid": Meaning(422, "The time stamp does not hold", "时间戳不成立",
        "A token after RFC 3161 carries the sha256 of the content, and is signed by an authority that this hub trusts.", "时间戳令牌（RFC 3161）须含内容的 sha256，并由平台信任的时间戳机构签发。"),
    "evidence-full": Meaning(409, "As much evidence as is taken", "证据数量已满",
        "For one notice at most 20 pieces and 100 MiB are taken from its holder.", "每份告知书最多接收当事人 20 件、共 100 MiB 证据。"),
    "erased": Meaning(410, "Erased on request", "已应请求删除",
        "The content was erased for good and is not taken again; the log and what was decided stay.", "内容已永久删除，不再接收；日志与决定不变。"),
    "rulebook-defective": Meaning(422, "The rulebook is defective", "规则有缺陷",
        "Every case of a rulebook has exactly one answer; errors[] names the gaps, overlaps and milder steps.", "规则的每种情形须有且仅有一个结论；errors[] 逐一列出缺口、重叠与倒挂。"),
    "token-gone": Meaning(410, "The token is too old or of another epoch", "令牌过旧或属于另一纪元",
        "Start again without a token: a full snapshot replaces the copy.", "请不带令牌重新开始，以完整快照替换副本。"),
    # --- a statement that cannot be read ---
    "not-utf8": Meaning(422, "Not UTF-8", "不是 UTF-8",
        "What is sent is UTF-8, without a byte order mark.", "所传内容须为 UTF-8 编码，且不带字节序标记。"),
    "not-json": Meaning(422, "Not JSON", "不是 JSON",
        "What is sent is JSON after RFC 8259; NaN and Infinity are not.", "所传内容须为 RFC 8259 的 JSON；不接受 NaN 与 Infinity。"),
    "bad-encoding": Meaning(422, "Wrong percent-encoding", "百分号编码错误",
        "A ce- header holds printable ASCII; everything else is percent-encoded UTF-8.", "ce- 首部只含可打印 ASCII，其余以百分号编码的 UTF-8 表示。"),
    "duplicate-key": Meaning(422, "The same key twice", "键重复",
        "Each key of an object, and each header, is there once.", "对象的每个键、每个首部只能出现一次。"),
    "too-deep": Meaning(422, "Nested too deeply", "嵌套过深",
        "A statement nests at most 16 levels.", "陈述的嵌套不超过 16 层。"),
    "not-an-integer": Meaning(422, "Not an integer", "不是整数",
        "Numbers are integers: no fractions, no exponents, no NaN, no Infinity.", "数字须为整数：不接受小数、指数、NaN 与 Infinity。"),
    "out-of-range": Meaning(422, "Number out of range", "数值超出范围",
        "Integers lie within ±(2^53-1) and within the bounds of their field.", "整数须在 ±(2^53-1) 以内，且在该字段的范围之内。"),
    "forbidden-character": Meaning(422, "Forbidden character", "含有禁用字符",
        "No NUL and no lone surrogate is allowed in a text.", "文本不得含有 NUL 或孤立代理项。"),
    # --- a statement that breaks a rule ---
    "missing-field": Meaning(422, "A field is missing", "缺少字段",
        "A required attribute or field is not there.", "缺少必需的属性或字段。"),
    "wrong-type": Meaning(422, "Wrong type", "类型错误",
        "The value is of another JSON type than the schema says.", "值的 JSON 类型与模式不符。"),
    "unknown-type": Meaning(422, "Unknown type of statement", "未知的陈述类型",
        "The type is none of the statement types of the contract.", "type 不属于约定的任何陈述类型。"),
    "unknown-value": Meaning(422, "Unknown value", "未知的取值",
        "The value is none of the closed list.", "取值不在封闭列表之内。"),
    "bad-format": Meaning(422, "Wrong format", "格式错误",
        "The text does not have the form that its field asks for.", "文本不符合该字段的格式。"),
    "bad-length": Meaning(422, "Wrong length", "长度错误",
        "The text or list is shorter or longer than its field allows.", "文本或列表的长度超出该字段的限制。"),
    "bad-moment": Meaning(422, "Wrong moment", "时间错误",
        "A moment is RFC 3339 with an offset, from 1970 to 2199; issued_on is a date.", "时刻须为带时区偏移的 RFC 3339，介于 1970 与 2199 年之间；issued_on 为日期。"),
    "bad-uscc": Meaning(422, "Wrong unified social credit code", "统一社会信用代码错误",
        "18 characters after GB 32100 with the right check character.", "须为符合 GB 32100 的 18 位代码，且校验码正确。"),
    "bad-attribute": Meaning(422, "Wrong name of an attribute", "属性名错误",
        "CloudEvents attributes have names of lower-case letters and digits, and simple values.", "CloudEvents 属性名只含小写字母与数字，取值为简单类型。"),
    "data-base64-refused": Meaning(422, "data_base64 is refused", "不接受 data_base64",
        "Data is JSON, in `data`.", "数据须为 JSON，置于 data 中。"),
    "account-mismatch": Meaning(422, "Account differs from subject", "账户与 subject 不一致",
        "merchant.account equals the CloudEvents subject; without a merchant the subject is the subject_id.", "merchant.account 须等于 CloudEvents subject；未给出 merchant 时，subject 为 subject_id。"),
    "wrong-key": Meaning(422, "Wrong record key", "记录键错误",
        "The key of a Kafka record is the account, of an acknowledgement the subject_id.", "Kafka 记录的键须为账户；执行回执的键须为 subject_id。"),
    "missing-end": Meaning(422, "limit and freeze must end", "限制与冻结须有期限",
        "A sanction by limit or freeze carries ends.", "限制或冻结措施须带 ends。"),
    "ends-before-it-begins": Meaning(422, "Ends before it begins", "结束早于开始",
        "begins lies before ends.", "begins 须早于 ends。"),
    "document-mismatch": Meaning(422, "Decision of an authority without its document, or the reverse", "主管机关决定与文书不对应",
        "decided_by authority and the object authority come together.", "decided_by 为 authority 时须有 authority 对象，反之亦然。"),
    "wrong-source": Meaning(403, "Somebody else's source", "来源不属于该凭证",
        "source is /platforms/{code} or /authorities/{code} of the credential.", "source 须为该凭证的 /platforms/{code} 或 /authorities/{code}。"),
    "wrong-class": Meaning(403, "Not for this class of member", "该类成员不得作此陈述",
        "Platforms and authorities make statements; authorities deliver no notices.", "陈述由平台与主管机关作出；主管机关不送达告知书。"),
}
# fmt: on


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: where (a JSON pointer as a fragment, `#/data/…`), which rule, and what the rule says."""

    pointer: str
    code: str
    detail: str


class Invalid(Exception):
    """A statement is refused for ever, for the faults named. `id` is the statement's, when it could be read."""

    def __init__(self, *faults: Fault, statement_id: str | None = None) -> None:
        super().__init__(faults[0].code)
        self.code, self.faults, self.statement_id = faults[0].code, faults, statement_id

    def about(self, statement_id: str | None) -> "Invalid":
        """The same, of this statement."""
        return Invalid(*self.faults, statement_id=statement_id)

    @classmethod
    def at(cls, pointer: str, code: str, detail: str = "") -> "Invalid":
        return cls(Fault(pointer, code, detail or PROBLEMS[code].rule_en))


def document(code: str, detail: str = "", faults: Sequence[Fault] = (), **more: object) -> dict[str, Any]:
    """The problem as RFC 9457 has it. It holds nothing that a member said, so that it may be logged and kept."""
    meaning = PROBLEMS[code]
    problem: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": meaning.title_en,
        "title_zh": meaning.title_zh,
        "status": meaning.status,
    }
    problem["detail"] = detail or meaning.rule_en
    if faults:
        problem["errors"] = [msgspec.structs.asdict(fault) for fault in faults]
    return problem | more


def explanation(code: str) -> dict[str, Any]:
    """What `/problems/{code}` answers; KeyError for a code that is none."""
    meaning = PROBLEMS[code]
    return {
        "code": code,
        "status": meaning.status,
        "title": {"zh": meaning.title_zh, "en": meaning.title_en},
        "explanation": {"zh": meaning.rule_zh, "en": meaning.rule_en},
    }
