"""微信群: a complaint without evidence is rejected, and must change nothing."""

from datetime import timedelta

from deploy.demo.merchants import Company
from deploy.demo.play import Play, now
from deploy.local.tell import either
from events.client.statement import pseudonym


def play(p: Play, who: Company) -> None:
    """Against a merchant who has a score, so that there is something that could change."""
    p.timeline.scene(
        "三、微信群（经 Kafka）：无证据投诉，驳回，什么都不变", "3. WeChat groups (by Kafka): no evidence, rejected, nothing changes"
    )
    shop, before = p.stage["wechat-groups"], p.standing(who)
    report, filed = p.number("R"), now() - timedelta(hours=4)
    complaint = {
        "report": report, "category": "false_advertising", "channel": "platform", "evidence": [],
        "reporter": {"token": pseudonym(b"wechat-groups", report), "assurance": "none"}, "text": "感觉是假的",
    }  # fmt: skip
    p.say(shop, "report.filed", who, complaint, either("没有证据", "without evidence"), filed)
    p.say(shop, "report.accepted", who, {"report": report}, "", filed + timedelta(hours=1))
    verdict = {"report": report, "outcome": "rejected", "reason_code": "evidence_missing", "reason": "未提交任何证据"}
    last = p.say(shop, "report.concluded", who, verdict, either("不成立：缺证据", "rejected: evidence missing"), filed + timedelta(hours=3))
    after = p.past(who, last["at"])
    p.timeline.line(either("中枢", "hub"), either("前后对照", "before and after"), f"{before.words()} → {after.words()}")
    p.timeline.expect("驳回的投诉什么都没有改变", "a rejected complaint changed nothing", after.same_as(before), after)
