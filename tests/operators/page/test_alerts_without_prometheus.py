"""The page's own scrapes raise every alert when Prometheus' unit tests say that it has to be raised, and not when they say not."""

import re
from collections.abc import Iterator, Mapping
from math import nan

import promql_parser as promql
import pytest

from deploy.ops import expressions
from deploy.ops.alerts import table
from deploy.ops.alerts.states import Alerts, Raised, Watch, of_prometheus
from deploy.ops.alerts.table import Rule
from deploy.ops.promql.ring import Key, Ring
from tests.operators.alert_cases import CASES, Case, Series

RULES = table.read()
ASKED = expressions.read(RULES)
BY_NAME = {rule.name: rule for rule in RULES}
MINUTE = 60.0
SEEN = [case for case in CASES if case.alert in ASKED.watched]
HOURS_BACK = {"IntakeFailingSlow", "StandingStaleSlow", "LiftSlowSlow"}


def values(text: str) -> Iterator[float]:
    """As promtool reads them, a minute each."""
    for word in text.split():
        match = re.fullmatch(r"(-?\d+)([+-]\d+)?x(\d+)", word)
        if match:
            start, step, times = float(match[1]), float(match[2] or 0), int(match[3])
            yield from (start + step * number for number in range(times + 1))
        else:
            yield nan if word == "_" else float(word)


def key(series: str) -> Key:
    selector = promql.parse(series)
    assert isinstance(selector, promql.VectorSelector)
    return Key(str(selector.name), tuple(sorted((one.name, one.value) for one in selector.matchers.matchers)))


def raised(case: Case, series: Series) -> list[Raised]:
    """What holds at the case's moment, when somebody looked each minute until then."""
    ring, watch, rule = Ring(), Watch(RULES, {}), BY_NAME[case.alert]
    told = {key(name): list(values(text)) for name, text in series.items()}
    only = expressions.Expressions({}, ASKED.recorded, {rule.name: rule.expression})
    for minute in range(int(promql.parse_duration(case.at).total_seconds() / MINUTE) + 1):
        ring.append("one", minute * MINUTE, {name: said[minute] for name, said in told.items() if minute < len(said)})
        watch.saw(minute * MINUTE, only.at(ring, minute * MINUTE).watched)
    return list(watch.told().raised)


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.alert)
def test_an_alert_fires_when_promtool_says_so(case: Case) -> None:
    (found,) = raised(case, case.fires)
    assert (dict(found.labels), found.fires) == (case.labels, True)


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.alert)
def test_an_alert_is_silent_when_promtool_says_so(case: Case) -> None:
    assert not any(found.fires for found in raised(case, case.silent))


def test_what_looks_six_hours_back_is_said_to_be_unknown_and_nothing_else_is() -> None:
    assert {rule.name for rule in RULES} - ASKED.watched.keys() == HOURS_BACK


# -- how states come about ------------------------------------------------------------------------------------------------

LANE = (("lane", "dossier"),)
BEHIND = BY_NAME["RelayBehind"]


def seen(*moments: tuple[float, Mapping[tuple[tuple[str, str], ...], float]]) -> Alerts:
    watch = Watch(RULES, {})
    for at, vector in moments:
        watch.saw(at, {"RelayBehind": dict(vector)})
    return watch.told()


def test_what_holds_for_too_short_a_time_is_pending() -> None:
    told = seen((100.0, {LANE: 31}), (159.0, {LANE: 32}))
    assert told.troubles == [Raised(BEHIND, LANE, 100.0, False)]
    assert told.state(BEHIND) == "pending"
    assert seen((100.0, {LANE: 31}), (160.0, {LANE: 32})).troubles == [Raised(BEHIND, LANE, 100.0, True)]


def test_what_stopped_in_between_begins_anew() -> None:
    assert seen((100.0, {LANE: 31}), (130.0, {}), (160.0, {LANE: 32})).troubles == [Raised(BEHIND, LANE, 160.0, False)]
    assert seen((100.0, {LANE: 31}), (130.0, {})).state(BEHIND) == "quiet"


def test_what_fires_comes_first_then_the_graver_then_the_older() -> None:
    rules = [BY_NAME[name] for name in ("CommitSlow", "RelayBehind", "FollowerBehind", "DigestMismatch", "Heartbeat")]
    ticket, page, older, pending, beats = rules
    told = Alerts(
        RULES,
        [
            Raised(pending, (), 1.0, False), Raised(ticket, (), 2.0, True), Raised(page, LANE, 9.0, True),
            Raised(beats, (), 0.0, True), Raised(older, (), 3.0, True),
        ],
        {},
    )  # fmt: skip
    assert [one.rule.name for one in told.troubles] == ["FollowerBehind", "RelayBehind", "CommitSlow", "DigestMismatch"]
    assert told.beats == Raised(beats, (), 0.0, True)


def test_a_summary_names_what_it_is_about() -> None:
    assert Raised(BEHIND, LANE, 0.0, True).summary("en").startswith("Facts of lane dossier have waited")
    assert Raised(BEHIND, LANE, 0.0, True).summary("zh") == "通道 dossier 的事实超过30秒未发布"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_summary_says_what_only_prometheus_fills_in(rule: Rule) -> None:
    for language in ("zh", "en"):
        assert "{{" not in Raised(rule, (), 0.0, True).summary(language)


# -- what Prometheus says ---------------------------------------------------------------------------------------------------


def answer(*rules: dict[str, object]) -> dict[str, object]:
    return {"status": "success", "data": {"groups": [{"name": "any", "rules": list(rules)}]}}


def test_prometheus_is_taken_at_its_word() -> None:
    one = {
        "labels": {"alertname": "RelayBehind", "severity": "page", "lane": "dossier"},
        "annotations": {}, "state": "pending", "activeAt": "2026-11-21T02:00:00.123456789Z", "value": "3.1e+01",
    }  # fmt: skip
    told = of_prometheus(
        [BEHIND, BY_NAME["CommitSlow"], BY_NAME["RoadSlow"]],
        answer(
            {"type": "alerting", "name": "RelayBehind", "health": "ok", "alerts": [one]},
            {"type": "alerting", "name": "CommitSlow", "health": "err", "alerts": []},
            {"type": "alerting", "name": "SomebodyElses", "health": "ok", "alerts": [one]},
            {"type": "recording", "name": "RoadSlow", "health": "ok"},
        ),
    )
    (found,) = told.raised
    assert (found.labels, found.fires, found.since) == (LANE, False, pytest.approx(1_795_226_400.123456))
    assert told.blind == {"CommitSlow": "failing", "RoadSlow": "not-loaded"}
    assert [told.state(rule) for rule in told.rules] == ["pending", "failing", "not-loaded"]


@pytest.mark.parametrize("nonsense", [{}, {"data": {}}, {"data": {"groups": [{"rules": [{"type": "alerting", "name": "RelayBehind"}]}]}}])
def test_another_answer_is_no_answer(nonsense: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        of_prometheus([BEHIND], nonsense)
