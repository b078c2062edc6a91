"""What a platform does about directives: an action of its own rules for each measure. What it has no action for it is `unable` to do."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from events.client.follow.directive import Directive
from events.client.hub import Hub
from events.client.statement import State

LIFTED = "恢复交易"


class Done(NamedTuple):
    """What was done about a directive, as it is acknowledged."""

    state: State
    action: str | None = None
    reason: str | None = None


def answer(directive: Directive, actions: Mapping[str, str], *, known: bool, lifted: str = LIFTED) -> Done:
    """`actions` of each measure; `known`: the platform has the merchant. Never `enforced` while a measure has no action."""
    if not known:
        return Done("absent")
    if not directive.restricts:
        return Done("lifted", lifted)
    taken = [actions[one.measure] for one in directive.measures if one.measure in actions]
    missing = [one.measure for one in directive.measures if one.measure not in actions]
    words = "；".join(taken) or None
    return Done("unable", words, f"no action for {', '.join(missing)}") if missing else Done("enforced", words)


def declare(directives: Hub, actions: Mapping[str, str], **more: Any) -> None:
    """Tell the hub the map: without it whatever is answered counts as `unable`. `more`: response_times, rules; what is not named stays."""
    known = msgspec.json.decode(directives.get("/v1/platform").body)
    kept = {name: known[name] for name in ("response_times", "rules") if known.get(name)}
    directives.put("/v1/platform", msgspec.json.encode({**kept, **more, "measures": dict(actions)}))
