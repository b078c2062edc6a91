"""Who plays, and the keys that they play with: enrolled at the first play, kept for the next ones."""

import secrets as randomness
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg

from deploy.local import enrol, stack
from deploy.local.access.secrets import keep
from deploy.local.enrol import Credentials
from deploy.local.settings import Settings, Site
from events.facts.member import MemberClass

PLATFORMS = {"kameng": "卡盟", "tmall-global": "天猫国际", "wechat-groups": "微信群", "pdd": "拼多多"}
ON_KAFKA = "wechat-groups"
WAYS = {"kameng": "stream", "tmall-global": "feed", "wechat-groups": "topic", "pdd": "webhook"}
"""How each is told of directives."""
AUTHORITY = "shanghai-samr"
CAST: dict[str, MemberClass] = {
    **dict.fromkeys(PLATFORMS, "platform"),
    AUTHORITY: "authority",
    "reviewer-1": "reviewer",
    "approver-1": "approver",
    "approver-2": "approver",
    "regulator-1": "regulator",
}

# Each platform's own map of the hub's measures to what it does: a measure without an action is answered `unable`.
ACTIONS = {
    "kameng": {"limit": "停止新订单", "freeze": "冻结资金并停止交易", "expel": "封禁账号"},
    "tmall-global": {"limit": "限制发布与交易", "freeze": "暂停店铺", "expel": "清退"},
    "wechat-groups": {"limit": "限制收款与建群", "freeze": "冻结账号", "expel": "封禁账号"},
    "pdd": {"limit": "限制上新与交易", "freeze": "冻结店铺", "expel": "清退"},
}


def credentials(settings: Settings, site: Site, known: Callable[[str], bool]) -> dict[str, Credentials]:
    """The keys of the whole cast. `known` asks the hub whether it knows a key: after a new database it does not."""
    path = settings.folder / "demo" / "keys.json"
    kept = _kept(path)
    if set(kept) == set(CAST) and known(kept[AUTHORITY].key):
        return kept
    made = _enrol(settings, site)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(made))
    return made


def _kept(path: Path) -> dict[str, Credentials]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Credentials])
    except FileNotFoundError:
        return {}


def _enrol(settings: Settings, site: Site) -> dict[str, Credentials]:
    """What `make key` does, for all of them over one connection."""
    reach = stack.reach(settings, site, keep(settings.folder, lambda: randomness.token_hex(32)))
    with closing(stack.admin(reach)) as admin, psycopg.connect(reach.owner, autocommit=True) as owner:
        return {
            code: enrol.enrol(
                owner, admin, reach.kafka.bootstrap, enrol.apply(code, member_class, ""), datetime.now(UTC), randomness.token_hex
            )
            for code, member_class in CAST.items()
        }
