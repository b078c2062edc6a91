"""Reports and their conclusions, as platforms say them."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from events.facts.fact import Category
from events.facts.report import ReportConcluded, ReportFiled

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
SHOP = "shop-1"


def days(number: float) -> timedelta:
    return timedelta(days=number)


def token(name: str) -> str:
    """As the hub has it: re-keyed, so that it says nothing."""
    return sha256(name.encode()).hexdigest()


def filed(report: str, *, by: str = "lin", account: str = SHOP, platform: str = "tmall", at: datetime = NOON, **more: Any) -> ReportFiled:
    fields: dict[str, Any] = {"category": Category.FRAUD, "channel": "platform", "assurance": "phone", **more}
    return ReportFiled(
        id=f"filed-{report}", source=f"/platforms/{platform}", account=account, time=at, recorded_at=at, sha256="00" * 32, report=report,
        reporter=token(by), **fields,
    )  # fmt: skip


def concluded(
    report: str, finding: str | None = None, *, account: str = SHOP, platform: str = "tmall", at: datetime = NOON, id: str = "", **more: Any
) -> ReportConcluded:
    fields: dict[str, Any] = {"outcome": "rejected", "reason_code": "unfounded" if finding else "evidence_missing", "finding": finding}
    return ReportConcluded(
        id=id or f"concluded-{report}", source=f"/platforms/{platform}", account=account, time=at, recorded_at=at, sha256="00" * 32,
        report=report, **fields | more,
    )  # fmt: skip
