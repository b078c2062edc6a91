"""The commands behind the Makefile: python -m deploy.local run | down | status | demo | key | rebuild."""

import argparse
import os
import secrets as randomness
import sys
from contextlib import closing
from datetime import UTC, datetime

import msgspec
import psycopg

from deploy.local import enrol, processes, run, stack, views
from deploy.local.access.secrets import keep
from deploy.local.settings import Settings, Site, read
from deploy.local.tell import Trouble, either, say


def main() -> None:
    words = _parser().parse_args()
    try:
        settings, site = read(os.environ)
        match words.command:
            case "run":
                run.run(settings, site)
            case "down":
                run.down(settings)
            case "status":
                _status(run.present(settings))
            case "demo":
                sys.exit(_demo(run.present(settings)))
            case "key":
                _key(run.present(settings), site, enrol.apply(words.member, words.member_class, words.entity))
            case "rebuild":
                _rebuild(run.present(settings), site, words.view)
    except (Trouble, PermissionError) as trouble:
        sys.exit(f"liancheng: {trouble}")
    except (run.Stopped, KeyboardInterrupt):
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "down", "status", "demo"):
        commands.add_parser(name)
    key = commands.add_parser("key")
    key.add_argument("--member", required=True)
    key.add_argument("--class", dest="member_class", default="platform")
    key.add_argument("--entity", default="")
    commands.add_parser("rebuild").add_argument("view")
    return parser


def _status(settings: Settings) -> None:
    for process in processes.PROCESSES:
        for port in process.ports:
            ready = processes.answers(settings.host, getattr(settings, port), "/readyz")
            word = either("就绪", "ready") if ready else either("未就绪", "NOT READY")
            say(f"{process.name:<13} {port.removesuffix('_port'):<13} http://{settings.host}:{getattr(settings, port)}  {word}")


def _demo(settings: Settings) -> int:
    demonstration = run.demonstrate(settings)
    try:
        return demonstration.wait()
    finally:
        run.end(demonstration)


def _key(settings: Settings, site: Site, wanted: enrol.Application) -> None:
    reach = stack.reach(settings, site, keep(settings.folder, _token))
    with closing(stack.admin(reach)) as admin, psycopg.connect(reach.owner, autocommit=True) as owner:
        given = enrol.enrol(owner, admin, reach.kafka.bootstrap, wanted, datetime.now(UTC), randomness.token_hex)
    say(msgspec.json.encode(given).decode())


def _rebuild(settings: Settings, site: Site, view: str) -> None:
    secrets = keep(settings.folder, _token)
    say(views.rebuild(view, settings, secrets, stack.reach(settings, site, secrets)))


def _token() -> str:
    return randomness.token_hex(32)


if __name__ == "__main__":
    main()
