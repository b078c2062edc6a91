"""For each alert one course of events in which it fires and one, close to it, in which it must be silent.

Values are promtool's: `0+5x90` starts at 0 and grows by 5 a minute for 90 minutes, `_` is a scrape that failed.
"""

from typing import NamedTuple

Series = dict[str, str]


class Case(NamedTuple):
    """`labels` are those of the alert that fires, beyond its severity."""

    alert: str
    fires: Series
    silent: Series
    at: str = "30m"
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed


def _posts(status: int) -> str:
    return f'liancheng_http_seconds_count{{service="gateway",route="/v1/statements",method="POST",status="{status}"}}'


def _bad(metric: str, bound: str, good: int, of: int) -> Series:
    return {f'liancheng_{metric}_bucket{{le="{bound}"}}': f"0+{good}x500", f"liancheng_{metric}_count": f"0+{of}x500"}


def _slow(metric: str, labels: str, low: str, high: str, good: int, of: int) -> Series:
    """Of so many in a minute, `good` take up to `low` seconds and the others up to `high`."""
    name = f"liancheng_{metric}_bucket"
    return {
        f'{name}{{{labels}le="{low}"}}': f"0+{good}x90",
        f'{name}{{{labels}le="{high}"}}': f"0+{of}x90",
        f'{name}{{{labels}le="+Inf"}}': f"0+{of}x90",
    }


def _up(process: str) -> str:
    return f'up{{job="liancheng",process="{process}"}}'


_WATCHED = ("gateway", "ingress", "relay", "adjudicator", "projections", "standing")
_TIMEOUTS = "liancheng_pool_timeouts_total"
_LIFT_FRESH = 'liancheng_directives_unanswered{platform="tmall",action="lift",age="fresh"}'
_LIFT_LATE = 'liancheng_directives_unanswered{platform="tmall",action="lift",age="late"}'
_RESTRICT_LATE = 'liancheng_directives_unanswered{platform="tmall",action="restrict",age="late"}'
_RESTRICT_OVERDUE = 'liancheng_directives_unanswered{platform="tmall",action="restrict",age="overdue"}'
_TMALL = {"platform": "tmall"}
_WEBHOOK_AGE = 'liancheng_webhook_age_seconds{platform="tmall",'
_RELAY_UP = 'up{job="liancheng",process="relay"}'
_RELAY_START = 'process_start_time_seconds{job="liancheng",process="relay"}'
_PLATFORMS = {"member_class": "platform"}

CASES = (
    Case(
        "IntakeFailingFast", {_posts(201): "0+980x500", _posts(503): "0+20x500"}, {_posts(201): "0+990x500", _posts(503): "0+10x500"}, "2h"
    ),
    Case(
        "IntakeFailingSlow", {_posts(201): "0+990x500", _posts(503): "0+10x500"}, {_posts(201): "0+995x500", _posts(422): "0+5x500"}, "8h"
    ),
    Case("StandingStaleFast", _bad("standing_age_seconds", "5.0", 48, 60), _bad("standing_age_seconds", "5.0", 54, 60), "2h"),
    Case("StandingStaleSlow", _bad("standing_age_seconds", "5.0", 54, 60), _bad("standing_age_seconds", "5.0", 59, 60), "8h"),
    Case("LiftSlowFast", _bad("lift_seconds", "60.0", 97, 100), _bad("lift_seconds", "60.0", 99, 100), "2h"),
    Case("LiftSlowSlow", _bad("lift_seconds", "60.0", 99, 100), _bad("lift_seconds", "60.0", 998, 1000), "8h"),
    Case("DueProcessViolated", {"liancheng_due_process_violations_total": "0x25 1x10"}, {"liancheng_due_process_violations_total": "1x40"}),
    Case("LiftUnanswered", {_LIFT_LATE: "1x40"}, {_LIFT_FRESH: "7x40", _LIFT_LATE: "0x40"}, labels=_TMALL),
    Case("RestrictionUnanswered", {_RESTRICT_OVERDUE: "1x40"}, {_RESTRICT_LATE: "9x40", _RESTRICT_OVERDUE: "0x40"}, labels=_TMALL),
    Case(
        "RestrictionSlow",
        _slow("restrict_seconds", "", "1800.0", "7200.0", 4, 5),
        _slow("restrict_seconds", "", "1800.0", "7200.0", 10, 10),
        "80m",
    ),
    Case("NoticeUndelivered", {"liancheng_notices_undelivered": "1x90"}, {"liancheng_notices_undelivered": "1x20 0x90"}, "80m"),
    Case("AnswersDue", {"liancheng_answers_due": "2x40"}, {"liancheng_answers_due": "2x10 0x40"}),
    Case("BreakerHolding", {"liancheng_breaker_held_listings": "12x40"}, {"liancheng_breaker_held_listings": "12x10 0x40"}),
    Case(
        "DigestMismatch",
        {'liancheng_copy_differs_seconds{platform="tmall"}': "0x29 1x10", 'liancheng_copy_differs_seconds{platform="pdd"}': "0x40"},
        {'liancheng_copy_differs_seconds{platform="tmall"}': "1x25 0x15"},
        labels=_TMALL,
    ),
    Case(
        "DigestSilent",
        {'liancheng_copy_silent_seconds{platform="tmall"}': "0x20 60+60x20"},
        {'liancheng_copy_silent_seconds{platform="tmall"}': "0x26 60x2 0x20"},
        labels=_TMALL,
    ),
    Case(
        "MeasuresUnmapped",
        {'liancheng_measures_unmapped{platform="tmall"}': "2x90"},
        {'liancheng_measures_unmapped{platform="tmall"}': "2x20 0x70"},
        "80m",
        _TMALL,
    ),
    Case("WebhookLiftLate", {f'{_WEBHOOK_AGE}action="lift"}}': "61x40"}, {f'{_WEBHOOK_AGE}action="lift"}}': "59x40"}, labels=_TMALL),
    Case(
        "WebhookFailing",
        {f'{_WEBHOOK_AGE}action="restrict"}}': "3601x40"},
        {f'{_WEBHOOK_AGE}action="restrict"}}': "3599x40"},
        labels=_TMALL,
    ),
    Case(
        "WebhookOff",
        {'liancheng_webhook_off{platform="tmall"}': "1x40"},
        {'liancheng_webhook_off{platform="tmall"}': "0x40"},
        labels=_TMALL,
    ),
    Case(
        "WebhookGivenUp",
        {'liancheng_webhook_given_up{platform="tmall"}': "2x40"},
        {'liancheng_webhook_given_up{platform="tmall"}': "0x40"},
        labels=_TMALL,
    ),
    Case("WebhookGuardOpen", {"liancheng_webhook_admitted_networks": "1x90"}, {"liancheng_webhook_admitted_networks": "0x90"}, "80m"),
    Case("VaultErasureDue", {"liancheng_vault_erasures_due": "3x1600"}, {"liancheng_vault_erasures_due": "3x700 0x900"}, "25h"),
    Case("ProcessDown", {_RELAY_UP: "1x20 0x20"}, {_RELAY_UP: "1x40"}, labels={"job": "liancheng", "process": "relay"}),
    Case(
        "ProcessRestarting",
        {_RELAY_START: "1x20 2 3 4 5 5x20"},
        {_RELAY_START: "1x20 2x20"},
        labels={"job": "liancheng", "process": "relay"},
    ),
    Case(
        "RelayBehind",
        {'liancheng_relay_age_seconds{lane="sanction"}': "31x40"},
        {'liancheng_relay_age_seconds{lane="sanction"}': "29x40", 'liancheng_relay_age_seconds{lane="report"}': "500x40"},
        labels={"lane": "sanction"},
    ),
    Case(
        "RelayBehindBulk",
        {'liancheng_relay_age_seconds{lane="report"}': "700x40"},
        {'liancheng_relay_age_seconds{lane="report"}': "500x40"},
        labels={"lane": "report"},
    ),
    Case(
        "FollowerBehind",
        {'liancheng_lag_seconds{consumer="credit:1",topic="liancheng.dossier.v1",partition="2"}': "61x40"},
        {'liancheng_lag_seconds{consumer="credit:1",topic="liancheng.dossier.v1",partition="2"}': "61x28 0x10"},
        labels={"consumer": "credit:1"},
    ),
    Case(
        "RoadSlow",
        _slow("end_to_end_seconds", 'stage="folded",', "5.0", "10.0", 9, 10),
        _slow("end_to_end_seconds", 'stage="folded",', "5.0", "10.0", 1000, 1001),
        labels={"stage": "folded"},
    ),
    Case("CommitSlow", _slow("commit_seconds", "", "1.0", "2.5", 9, 10), _slow("commit_seconds", "", "1.0", "2.5", 1000, 1001)),
    Case(
        "PoisonRecord",
        {'liancheng_refusals_total{kind="poison"}': "0x25 1x10"},
        {'liancheng_refusals_total{kind="poison"}': "0x40", 'liancheng_refusals_total{kind="refused"}': "0+9x40"},
        labels={"kind": "poison"},
    ),
    Case(
        "StatementsRefused",
        {
            'liancheng_statements_total{member_class="platform",result="refused"}': "0+3x60",
            'liancheng_statements_total{member_class="platform",result="accepted"}': "0+7x60",
        },
        {
            'liancheng_statements_total{member_class="platform",result="refused"}': "0+1x60",
            'liancheng_statements_total{member_class="platform",result="duplicate"}': "0+9x60",
        },
        "45m",
        _PLATFORMS,
    ),
    Case(
        "ProcessMissing",
        {_up(name): "1x10" if name == "relay" else "1x40" for name in _WATCHED},
        {_up(name): "1x10 0x30" if name == "relay" else "1x40" for name in _WATCHED},
        labels={"job": "liancheng", "process": "relay"},
    ),
    Case(
        "PoolExhausted",
        {f'{_TIMEOUTS}{{process="standing",pool="standing"}}': "0x24 1 2 3 3x20"},
        {f'{_TIMEOUTS}{{process="standing",pool="standing"}}': "7x10 0x30"},
        labels={"process": "standing", "pool": "standing"},
    ),
    Case(
        "LoopHeldUp",
        _slow("loop_delay_seconds", 'process="gateway",', "1.0", "2.5", 97, 100),
        _slow("loop_delay_seconds", 'process="gateway",', "1.0", "2.5", 999, 1000),
        labels={"process": "gateway"},
    ),
    Case(
        "FilesRunningOut",
        {'process_open_fds{job="liancheng",process="desk"}': "900x40", 'process_max_fds{job="liancheng",process="desk"}': "1024x40"},
        {'process_open_fds{job="liancheng",process="desk"}': "800x40", 'process_max_fds{job="liancheng",process="desk"}': "1024x40"},
        labels={"job": "liancheng", "process": "desk"},
    ),
    Case("Heartbeat", {_up("gateway"): "0x40"}, {'up{job="node"}': "1x40"}),
)
