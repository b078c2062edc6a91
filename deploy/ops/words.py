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
    "alerts": (
        "告警规则与处置手册见 deploy/prometheus 和 deploy/runbooks。",
        "Alerts and what to do about them: deploy/prometheus and deploy/runbooks.",
    ),
    "demo": ("演示环境，数据均为虚构", "Demonstration: all data are made up"),
}


def word(key: str, language: str, **values: object) -> str:
    zh, en = WORDS[key]
    return (en if language == "en" else zh).format(**values)
