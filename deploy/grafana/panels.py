"""The table of panels: what operators look at, in the order in which a statement travels."""

from typing import NamedTuple


class Panel(NamedTuple):
    """One picture. `unit` is Grafana's name of the unit; each line's legend comes from the labels named in it."""

    zh: str
    en: str
    unit: str
    lines: tuple[tuple[str, str], ...]


class Row(NamedTuple):
    zh: str
    en: str
    panels: tuple[Panel, ...]


def _quantiles(metric: str, by: str = "") -> tuple[tuple[str, str], ...]:
    """The median and the slowest hundredth of a histogram, for each value of the label `by`."""
    groups, legend = (f"le, {by}", f"{{{{{by}}}}} ") if by else ("le", "")
    return tuple(
        (f"histogram_quantile({share}, sum by ({groups}) (rate({metric}_bucket[5m])))", f"{legend}{name}")
        for share, name in ((0.5, "p50"), (0.99, "p99"))
    )


ROWS = (
    Row(
        "目标",
        "Objectives",
        (
            Panel(
                "受理失败占比（目标 0.1%）",
                "Intake that failed (objective 0.1 %)",
                "percentunit",
                (("liancheng:intake_bad:ratio_rate1h", "1h"),),
            ),
            Panel(
                "状态滞后占比（目标 1%）",
                "Standing older than 5 s (objective 1 %)",
                "percentunit",
                (("liancheng:standing_bad:ratio_rate1h", "1h"),),
            ),
            Panel(
                "解除过慢占比（目标 0.1%）",
                "Lifts slower than 60 s (objective 0.1 %)",
                "percentunit",
                (("liancheng:lift_bad:ratio_rate1h", "1h"),),
            ),
            Panel("进程是否在线", "Processes that answer", "short", (('up{job="liancheng"}', "{{process}}"),)),
        ),
    ),
    Row(
        "受理",
        "Intake",
        (
            Panel(
                "每秒申报，按结果",
                "Statements a second, by result",
                "reqps",
                (("sum by (result) (rate(liancheng_statements_total[1m]))", "{{result}}"),),
            ),
            Panel(
                "每秒申报，按类型",
                "Statements a second, by type",
                "reqps",
                (("sum by (type) (rate(liancheng_statements_total[1m]))", "{{type}}"),),
            ),
            Panel("每次提交的申报数", "Statements in one commit", "short", _quantiles("liancheng_group_statements")),
            Panel("提交耗时", "Time of a commit", "s", _quantiles("liancheng_commit_seconds")),
            Panel(
                "每秒未受理的 Kafka 记录",
                "Kafka records not taken, a second",
                "reqps",
                (("sum by (kind) (rate(liancheng_refusals_total[5m]))", "{{kind}}"),),
            ),
        ),
    ),
    Row(
        "传输",
        "The road",
        (
            Panel(
                "待转发事实数", "Facts that wait for the relay", "short", (("max by (lane) (liancheng_relay_backlog_facts)", "{{lane}}"),)
            ),
            Panel(
                "最早待转发事实的等待", "Longest wait for the relay", "s", (("max by (lane) (liancheng_relay_age_seconds)", "{{lane}}"),)
            ),
            Panel("消费落后（编号）", "Lag of followers, in ids", "short", (("sum by (consumer) (liancheng_lag_ids)", "{{consumer}}"),)),
            Panel("消费落后（秒）", "Lag of followers, in time", "s", (("max by (consumer) (liancheng_lag_seconds)", "{{consumer}}"),)),
            Panel("每批折叠耗时", "Time to apply a batch", "s", _quantiles("liancheng_fold_seconds", "consumer")),
            Panel("事实到各阶段耗时", "Time from fact to stage", "s", _quantiles("liancheng_end_to_end_seconds", "stage")),
        ),
    ),
    Row(
        "惩戒与解除",
        "Restrictions and lifts",
        (
            Panel("限制指令到执行", "From directive to restriction", "s", _quantiles("liancheng_restrict_seconds")),
            Panel("解除指令到解除", "From directive to lift", "s", _quantiles("liancheng_lift_seconds")),
            Panel(
                "未获回应的指令",
                "Directives without an answer",
                "short",
                (("sum by (action, age) (max by (platform, action, age) (liancheng_directives_unanswered))", "{{action}} {{age}}"),),
            ),
            Panel("状态数据的时龄", "Age of standing", "s", _quantiles("liancheng_standing_age_seconds")),
        ),
    ),
    Row(
        "回调",
        "Webhooks",
        (
            Panel(
                "每秒回调，按结果",
                "Deliveries a second, by result",
                "reqps",
                (("sum by (result) (rate(liancheng_webhook_deliveries_total[1m]))", "{{result}}"),),
            ),
            Panel(
                "每秒未送达，按平台",
                "Deliveries that failed, a second, by platform",
                "reqps",
                (('sum by (platform) (rate(liancheng_webhook_deliveries_total{result!="delivered"}[5m])) > 0', "{{platform}}"),),
            ),
            Panel("回调耗时", "Time of a delivery", "s", _quantiles("liancheng_webhook_seconds")),
            Panel(
                "最早未收下的指令",
                "Oldest directive that was not taken",
                "s",
                (("max by (platform, action) (liancheng_webhook_age_seconds) > 0", "{{platform}} {{action}}"),),
            ),
            Panel(
                "待送达指令", "Directives still to be told", "short", (("max by (platform) (liancheng_webhook_waiting)", "{{platform}}"),)
            ),
            Panel(
                "停用的回调与放弃的指令",
                "Addresses switched off, directives given up",
                "short",
                (
                    ("max by (platform) (liancheng_webhook_off) > 0", "{{platform}} off"),
                    ("max by (platform) (liancheng_webhook_given_up) > 0", "{{platform}} given up"),
                ),
            ),
            Panel(
                "公网以外的许可网段", "Networks admitted beside the internet", "short", (("max(liancheng_webhook_admitted_networks)", ""),)
            ),
        ),
    ),
    Row(
        "程序公正",
        "Due process",
        (
            Panel(
                "被拦截的无依据指令（一小时）",
                "Directives stopped without a decision (an hour)",
                "short",
                (("sum(increase(liancheng_due_process_violations_total[1h]))", "1h"),),
            ),
            Panel("无法送达的告知书", "Notices that nobody could deliver", "short", (("max(liancheng_notices_undelivered)", ""),)),
            Panel("一日内到期的答复", "Answers due within a day", "short", (("max(liancheng_answers_due)", ""),)),
            Panel("熔断暂缓的列名", "Listings held by the breaker", "short", (("max(liancheng_breaker_held_listings)", ""),)),
            Panel(
                "副本不一致（一小时）",
                "Copies that differed (an hour)",
                "short",
                (("sum(increase(liancheng_digest_mismatches_total[1h]))", "1h"),),
            ),
            Panel(
                "副本存疑的平台",
                "Platforms whose copies are in doubt",
                "s",
                (
                    ("max by (platform) (liancheng_copy_differs_seconds) > 0", "{{platform}} differs"),
                    ("max by (platform) (liancheng_copy_silent_seconds) > 0", "{{platform}} silent"),
                ),
            ),
            Panel(
                "没有对应动作的措施",
                "Measures that a platform has no action for",
                "short",
                (("max by (platform) (liancheng_measures_unmapped) > 0", "{{platform}}"),),
            ),
            Panel("未执行的删除请求", "Requests of erasure not done", "short", (("max(liancheng_vault_erasures_due)", ""),)),
        ),
    ),
    Row(
        "服务与进程",
        "Services and processes",
        (
            Panel(
                "每秒请求，按服务与状态",
                "Requests a second, by service and status",
                "reqps",
                (("sum by (service, status) (rate(liancheng_http_seconds_count[1m]))", "{{service}} {{status}}"),),
            ),
            Panel("应答耗时", "Time to answer", "s", _quantiles("liancheng_http_seconds", "service")),
            Panel(
                "处理器占用",
                "Processor time a second",
                "percentunit",
                (('rate(process_cpu_seconds_total{job="liancheng"}[1m])', "{{process}}"),),
            ),
            Panel("常驻内存", "Resident memory", "bytes", (('process_resident_memory_bytes{job="liancheng"}', "{{process}}"),)),
            Panel(
                "打开的文件与连接",
                "Open files and connections",
                "short",
                (('process_open_fds{job="liancheng"}', "{{process}}"),),
            ),
            Panel(
                "数据库连接",
                "Connections to PostgreSQL",
                "short",
                (("sum by (pool, state) (liancheng_pool_connections)", "{{pool}} {{state}}"),),
            ),
            Panel("等待数据库连接", "Wait for a connection", "s", _quantiles("liancheng_pool_wait_seconds", "pool")),
            Panel(
                "取不到连接的请求（一小时）",
                "Requests that got no connection (an hour)",
                "short",
                (("sum by (pool) (increase(liancheng_pool_timeouts_total[1h]))", "{{pool}}"),),
            ),
            Panel("事件循环迟到", "Delay of the event loop", "s", _quantiles("liancheng_loop_delay_seconds", "process")),
            Panel("版本", "Versions", "short", (("count by (version) (liancheng_build_info)", "{{version}}"),)),
        ),
    ),
)
