"""The words of the command line. The key comes from the environment, never from an argument, which every process could read."""

import argparse
import os
from collections.abc import Mapping, Sequence

import msgspec

from events.client.publish.kafka import Access
from events.client.statement import Member

KEY, BROKER_USER, BROKER_PASSWORD = "LIANCHENG_KEY", "LIANCHENG_KAFKA_USERNAME", "LIANCHENG_KAFKA_PASSWORD"
BROKER_CA = "LIANCHENG_KAFKA_CA"
WEBHOOK_SECRET = "LIANCHENG_WEBHOOK_SECRET"
WAYS = ("stream", "feed", "topic", "webhook")


class Words(msgspec.Struct, frozen=True):
    """What was asked for. `code` is of the member whose key it is."""

    command: str
    key: str
    code: str
    authority: bool
    gateway: str
    standing: str
    directives: str
    outbox: str
    copy: str
    kafka: Access | None
    once: bool
    answers: bool
    by: str
    listen: tuple[str, int]
    url: str
    secret: str
    secrets: tuple[str, ...]
    """Of the webhook; two while it changes. Those that `url` brings are kept in the file `secret`."""

    @property
    def member(self) -> Member:
        return Member(self.code, self.authority)


class Missing(ValueError):
    """Something that the environment has to hold is not there."""


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Words:
    """Ends the process with the usage for wrong words; Missing when the environment lacks a secret."""
    given = _parser().parse_args(arguments)
    key = environment.get(KEY, "")
    parts = key.split("_")
    if len(parts) != 4 or parts[0] != "lc":
        raise Missing(f"{KEY} must hold the key that the hub gave: lc_CODE_KEYID_SECRET / 须为平台密钥")
    kafka = None
    if getattr(given, "kafka", None):
        if not environment.get(BROKER_USER) or not environment.get(BROKER_PASSWORD):
            raise Missing(f"{BROKER_USER} and {BROKER_PASSWORD} must be set for --kafka / 使用 --kafka 时必须设置")
        kafka = Access(given.kafka, environment[BROKER_USER], environment[BROKER_PASSWORD], environment.get(BROKER_CA, ""))
    words = {name: value for name, value in vars(given).items() if name != "kafka"}
    defaults = {
        "outbox": "outbox.db",
        "copy": "directives.db",
        "once": False,
        "answers": False,
        "by": WAYS[0],
        "listen": ("", 0),
        "url": "",
        "secret": "",
    }
    secrets = tuple(environment.get(WEBHOOK_SECRET, "").split())
    found = Words(**{**defaults, **words, "key": key, "code": parts[1], "kafka": kafka, "secrets": secrets})
    if found.by == "topic" and kafka is None:
        raise Missing("--by topic needs --kafka BOOTSTRAP / 使用 --by topic 时须给出 --kafka")
    if found.by == "webhook" and not (secrets or found.url):
        raise Missing(f"--by webhook needs --url, or {WEBHOOK_SECRET}: what PUT /v1/webhook answered / 须给出 --url 或登记时得到的密钥")
    return found


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError("must be HOST:PORT / 须为 主机:端口")
    return host, int(port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m events.client", description=__doc__, epilog=f"The key is read from {KEY}.")
    parser.add_argument("--authority", action="store_true", help="the key is an authority's / 本密钥属于监管机关")
    for name, port in (("gateway", 8110), ("standing", 8120), ("directives", 8130)):
        address = os.environ.get(f"LIANCHENG_{name.upper()}_URL", f"http://127.0.0.1:{port}")
        parser.add_argument(f"--{name}", metavar="URL", default=address, help=f"default {address}")
    commands = parser.add_subparsers(dest="command", required=True)
    publish = commands.add_parser("publish", help="statements in, outcomes out / 上报")
    publish.add_argument("--kafka", metavar="BOOTSTRAP", help="send by Kafka instead of HTTP")
    follow = commands.add_parser("follow", help="directives out, and kept in a copy / 跟随联合惩戒指令")
    follow.add_argument("--once", action="store_true", help="end when the copy is current")
    follow.add_argument("--by", choices=WAYS, default=WAYS[0], help="the way they come; default stream")
    follow.add_argument("--kafka", metavar="BOOTSTRAP", help="for --by topic")
    follow.add_argument("--listen", metavar="HOST:PORT", type=_place, default="127.0.0.1:8190", help="for --by webhook, behind your TLS")
    follow.add_argument("--url", default="", help="for --by webhook: where the hub reaches it; registered at each start")
    follow.add_argument(
        "--secret", metavar="FILE", default="webhook.secret", help="for --url: what the hub signs with; default webhook.secret"
    )
    commands.add_parser("check", help="keys in, what the copy says out / 查询本地副本")
    notices = commands.add_parser("notices", help="notices to hand out / 待送达告知书")
    notices.add_argument("--answers", action="store_true", help="read what became of them instead: delivered or failed")
    commands.add_parser("standing", help="keys in, what the hub says out / 查询信用")
    for command in (publish, notices):
        command.add_argument("--outbox", default="outbox.db", metavar="FILE", help="what is said and not yet answered; default outbox.db")
    for name in ("follow", "check"):
        commands.choices[name].add_argument("--copy", default="directives.db", metavar="FILE", help="default directives.db")
    return parser
