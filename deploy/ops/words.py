"""What the operators' page says, Chinese and English side by side; the titles of panels are in their table."""

WORDS: dict[str, tuple[str, str]] = {
    "product": ("联惩", "Liancheng"),
    "title": ("运行监控", "Operations"),
    "skip": ("跳到正文", "Skip to content"),
    "language": ("English", "中文"),
    "own": ("数据来源：本页自采，仅保留最近一小时", "Source: this page's own scrapes, of the last hour only"),
    "prometheus": ("数据来源：Prometheus {address}", "Source: Prometheus at {address}"),
    "updated": ("更新于", "Updated"),
    "away": ("数据源没有应答，曲线停在上次更新时", "The source does not answer: the curves stand where they were last"),
    "shanghai": ("时间均为北京时间（UTC+8）", "All times are Beijing time (UTC+8)"),
    "series": ("曲线", "Line"),
    "value": ("数值", "Value"),
    "nothing": ("暂无数据", "Nothing yet"),
    "noscript": (
        "本页用脚本绘制曲线。不用脚本也可以直接读取各进程的 /metrics。",
        "This page draws its curves by a script. Without one, read /metrics of each process.",
    ),
    "alerts": ("告警", "Alerts"),
    "alert": ("告警", "Alert"),
    "severity": ("级别", "Severity"),
    "state": ("状态", "State"),
    "since": ("起始时间", "Since"),
    "runbook": ("处置手册", "Runbook"),
    "page": ("立即处理", "page"),
    "ticket": ("工作时间处理", "ticket"),
    "heartbeat": ("心跳", "heartbeat"),
    "firing": ("已触发", "firing"),
    "pending": ("待确认", "pending"),
    "quiet": ("正常", "quiet"),
    "too-long": ("未计算", "not evaluated"),
    "not-loaded": ("未加载", "not loaded"),
    "failing": ("计算出错", "cannot be evaluated"),
    "calm": ("没有告警", "No alert is raised"),
    "counts": (
        "{firing} 条已触发，{pending} 条待确认（条件成立但尚未持续到规定时间）",
        "{firing} firing, {pending} pending (holds, not yet for long enough)",
    ),
    "blind": (
        "{count} 条规则的状态未知：Prometheus 没有加载或无法计算",
        "of {count} rules nothing is known: Prometheus has not loaded them, or cannot evaluate them",
    ),
    "blind-own": (
        "{count} 条规则未计算：需要六小时的数据，这里只保留一小时",
        "{count} rules are not evaluated: they look six hours back, and one hour is kept here",
    ),
    "by-own": (
        "没有 Prometheus：由本页按同样的规则计算，进程重启后重新计时，不发送通知",
        "no Prometheus: this page evaluates the rules by itself, from its own start on, and tells nobody",
    ),
    "beats": ("监控心跳正常", "the heartbeat beats"),
    "beats-not": ("监控心跳中断：告警可能失灵", "The heartbeat has stopped: alerts may be blind"),
    "unknown": ("告警状态未知：数据源没有应答", "Nothing is known of alerts: the source does not answer"),
    "rules": ("全部规则（{count}）", "All rules ({count})"),
    "back": ("返回监控页", "Back to the page"),
    "demo": ("演示环境，数据均为虚构", "Demonstration: all data are made up"),
}


def word(key: str, language: str, **values: object) -> str:
    zh, en = WORDS[key]
    return (en if language == "en" else zh).format(**values)
