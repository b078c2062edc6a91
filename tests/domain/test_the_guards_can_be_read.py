"""The list of guards: complete, named, bilingual, and each of them bites."""

import ast
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest

from services.adjudication.domain import redress
from services.adjudication.domain.decide import guards, listing
from services.adjudication.domain.decide.guards import GUARDS, Guard

ALL = {guard.code: guard for step in GUARDS.values() for guard in step}
REFUSED_IN_SPECS = {
    node.args[0].value
    for spec in Path(__file__).parent.glob("test_*.py")
    for node in ast.walk(ast.parse(spec.read_text("utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refused" and node.args
    and isinstance(node.args[0], ast.Constant)
}  # fmt: skip
BY_TIME_ONLY = {"nobody-objected", "silence-decides", "clock-trusted"}
"""Conditions of the deemed decision: where they do not hold nothing happens, and nobody is refused. Each has its spec."""


def modules_of(package: ModuleType) -> list[ModuleType]:
    return [package, *(import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__))]


def test_every_guard_is_in_the_list() -> None:
    named = {value.code for module in modules_of(guards) for value in vars(module).values() if isinstance(value, Guard)}
    assert named == set(ALL)


def test_a_code_is_one_guard() -> None:
    assert len({guard.code for guard in ALL.values()}) == len(ALL)
    for step in GUARDS.values():
        for guard in step:
            assert ALL[guard.code] is guard


def test_each_reads_in_both_languages() -> None:
    for guard in ALL.values():
        assert guard.en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in guard.zh)


@pytest.mark.parametrize("code", sorted(set(ALL) - BY_TIME_ONLY))
def test_each_refuses_somebody_in_a_spec(code: str) -> None:
    assert code in REFUSED_IN_SPECS


def test_every_step_of_people_is_guarded() -> None:
    """A step that the API offers and the list does not name would be a hole in the procedure."""
    road = {"release", "lodge_objection", "answer_objections", "decide", "reject", "end", "apply_for_repair", "decide_repair"}
    appeals_and_interim = {"lodge_appeal", "decide_appeal", "impose_interim", "lift_interim"}
    beside = appeals_and_interim | {"release_hold", "judge_document", "judge_candidate", "review"}
    assert _public(listing) == {*road, "listing_of"}
    assert {name for module in modules_of(redress) for name in _public(module)} >= beside
    assert set(GUARDS) >= {
        "release", "object", "answer", "decide", "reject", "end", "apply-for-repair", "decide-repair", "grant-repair", "deem", "link",
        "unlink", "appeal", "decide-appeal", "impose-interim", "lift-interim", "release-hold", "judge-document", "judge-candidate",
        "review", "grant-by-silence",
    }  # fmt: skip


def _public(module: ModuleType) -> set[str]:
    return {name for name, value in vars(module).items() if callable(value) and getattr(value, "__module__", "") == module.__name__}
