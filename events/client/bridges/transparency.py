"""Statements of reasons, as a platform gives them to the EU's DSA Transparency Database, become sanctions at the hub.

Columns and codes are those of the database's daily CSV, full or light. It names no trader: whose account a decision was about, only the
platform's own file knows, by the decision's `platform_uid`.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from events.client.bridges.rows import NotUsable, Row, Statement, moment
from events.client.statement import Kind, Merchant

COLUMNS = (
    "uuid", "decision_visibility", "end_date_visibility_restriction", "decision_monetary", "end_date_monetary_restriction",
    "decision_provision", "end_date_service_restriction", "decision_account", "end_date_account_restriction", "decision_ground",
    "illegal_content_legal_ground", "incompatible_content_ground", "category", "category_specification", "application_date",
    "automated_decision", "platform_uid",
)  # fmt: skip
ACCOUNT_COLUMNS = ("puid", "account")

MEASURES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("decision_account", "end_date_account_restriction", {
        "DECISION_ACCOUNT_TERMINATED": "expel", "DECISION_ACCOUNT_SUSPENDED": "freeze"}),
    ("decision_provision", "end_date_service_restriction", {
        "DECISION_PROVISION_TOTAL_TERMINATION": "expel", "DECISION_PROVISION_TOTAL_SUSPENSION": "freeze",
        "DECISION_PROVISION_PARTIAL_TERMINATION": "limit", "DECISION_PROVISION_PARTIAL_SUSPENSION": "limit"}),
    ("decision_monetary", "end_date_monetary_restriction", {
        "DECISION_MONETARY_TERMINATION": "limit", "DECISION_MONETARY_SUSPENSION": "limit"}),
    ("decision_visibility", "end_date_visibility_restriction", {
        "DECISION_VISIBILITY_CONTENT_DEMOTED": "demote", "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED": "demote",
        "DECISION_VISIBILITY_CONTENT_REMOVED": "remove_item", "DECISION_VISIBILITY_CONTENT_DISABLED": "remove_item",
        "DECISION_VISIBILITY_CONTENT_LABELLED": "rectify", "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED": "rectify"}),
)  # fmt: skip
"""The column of a decision, that of its end, and the measure of each code; the gravest first, because one row is one sanction."""

KEYWORDS = {
    "KEYWORD_UNSAFE_PRODUCTS": "unsafe_goods", "KEYWORD_DANGEROUS_TOYS": "unsafe_goods", "KEYWORD_PROHIBITED_PRODUCTS": "forbidden_goods",
    "KEYWORD_PHISHING": "fraud", "KEYWORD_PYRAMID_SCHEMES": "fraud", "KEYWORD_INAUTHENTIC_LISTINGS": "fraud",
    "KEYWORD_INAUTHENTIC_ACCOUNTS": "fraud", "KEYWORD_INAUTHENTIC_USER_REVIEWS": "credit_fraud",
    "KEYWORD_HIDDEN_ADVERTISEMENT": "false_advertising", "KEYWORD_MISLEADING_INFO_GOODS_SERVICES": "false_advertising",
    "KEYWORD_NONCOMPLIANCE_PRICING": "price_gouging",
}  # fmt: skip
"""A keyword says more than the category that it specifies."""

CATEGORIES = {
    "CONSUMER_INFORMATION": "false_advertising", "INTELLECTUAL_PROPERTY_INFRINGEMENTS": "infringement", "SCAMS_AND_FRAUD": "fraud",
    "UNSAFE_AND_PROHIBITED_PRODUCTS": "forbidden_goods", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": "privacy",
    "ANIMAL_WELFARE": "illegal_content", "CYBER_VIOLENCE": "illegal_content", "CYBER_VIOLENCE_AGAINST_WOMEN": "illegal_content",
    "ILLEGAL_OR_HARMFUL_SPEECH": "illegal_content", "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": "illegal_content",
    "PROTECTION_OF_MINORS": "illegal_content", "RISK_FOR_PUBLIC_SECURITY": "illegal_content", "SELF_HARM": "illegal_content",
    "VIOLENCE": "illegal_content", "OTHER_VIOLATION_TC": "other", "NOT_SPECIFIED_NOTICE": "other",
}  # fmt: skip


def accounts_of(found: Iterable[Row]) -> dict[str, Merchant]:
    """The platform's own file: whose account each of its decisions was about."""
    return {
        row["puid"]: Merchant(
            row["account"], row.get("uscc") or None, row.get("name") or None, msgspec.convert(row.get("kind") or None, Kind | None)
        )
        for row in found
    }


def sanction(row: Row, accounts: Mapping[str, Merchant]) -> Statement:
    """The gravest decision of a row. NotUsable without an account, a measure, or the end that a freeze or a limit must have."""
    merchant = accounts.get(row["platform_uid"])
    if merchant is None:
        raise NotUsable("no account for its puid")
    begins = moment(row["application_date"], UTC, "no application date")
    measure, ends = _measure(row, begins)
    rule = row["illegal_content_legal_ground"] or row["incompatible_content_ground"] or row["decision_ground"]
    data = {
        "merchant": merchant, "sanction": row["uuid"], "measure": measure, "category": _category(row), "rule": rule[:200],
        "begins": begins, "reports": [], "evidence": [], "origin": {"kind": "own"},
        "decided_by": "automated" if row["automated_decision"] == "AUTOMATED_DECISION_FULLY" else "human",
    } | ({} if ends is None else {"ends": ends})  # fmt: skip
    return Statement(f"dsa-{row['uuid']}", "sanction.imposed", begins, merchant.account, data)


def _measure(row: Row, begins: datetime) -> tuple[str, datetime | None]:
    for column, ending, codes in MEASURES:
        measure = next((codes[code] for code in codes if code in _codes(row[column])), None)
        if measure is not None:
            ends = moment(row[ending], UTC, "an end that is no date") if row[ending] else None
            if ends is None and measure in ("freeze", "limit"):
                raise NotUsable("no end of its restriction")
            if ends is not None and ends <= begins:
                raise NotUsable("it ends before it begins")
            return measure, ends
    raise NotUsable("no decision that has a measure here")


def _category(row: Row) -> str:
    for keyword in _codes(row["category_specification"]):
        if keyword in KEYWORDS:
            return KEYWORDS[keyword]
    found = CATEGORIES.get(row["category"].removeprefix("STATEMENT_CATEGORY_"))
    if found is None:
        raise NotUsable("an unknown category")
    return found


def _codes(cell: str) -> list[str]:
    """Some columns hold one code, and others a JSON list of codes."""
    if not cell.startswith("["):
        return [cell] if cell else []
    try:
        return [str(code) for code in json.loads(cell)]
    except ValueError:
        raise NotUsable("a list of codes that is none") from None
