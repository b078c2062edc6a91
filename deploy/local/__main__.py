"""The commands behind the Makefile: python -m deploy.local COMMAND."""

import argparse
import os
import secrets as randomness
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import msgspec
import psycopg

from deploy.erase import command as erasing
from deploy.local import enrol, processes, run, stack, views
from deploy.local.access import accounts
from deploy.local.access.secrets import keep
from deploy.local.settings import Settings, Site, read
from deploy.local.tell import Trouble, either, say
from deploy.operations import commands as operations
from deploy.trace import command as tracing
from services.adjudication.evidence.places import place

ALONE_IN_THE_HOME = {"run": run.run, "recover": run.recover, "repartition": run.repartition}


def main() -> None:
    words = _parser().parse_args()
    try:
        settings, site = read(os.environ)
        match words.command:
            case "run" | "recover" | "repartition" as word:
                ALONE_IN_THE_HOME[word](settings, site)
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
            case command if command in operations.COMMANDS:
                sys.exit(operations.carry_out(operations.Asked(words, settings, site)))
            case _:
                sys.exit(_look_after(words, run.present(settings), site))
    except (Trouble, PermissionError) as trouble:
        sys.exit(f"liancheng: {trouble}")
    except (run.Stopped, KeyboardInterrupt):
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "down", "recover", "repartition", "status", "demo", "check-log"):
        commands.add_parser(name)
    key = commands.add_parser("key")
    key.add_argument("--member", required=True)
    key.add_argument("--class", dest="member_class", default="platform")
    key.add_argument("--entity", default="")
    operations.add(commands)
    account = commands.add_parser("account")
    account.add_argument("--login", required=True)
    for name in ("member", "issuer", "subject", "disable"):
        account.add_argument(f"--{name}", default="")
    commands.add_parser("rebuild").add_argument("view")
    commands.add_parser("backtest").add_argument("rulebook")
    trace = commands.add_parser("trace")
    trace.add_argument("--id", required=True)
    erase = commands.add_parser("erase")
    for name in ("statement", "subject", "reason"):
        erase.add_argument(f"--{name}", default="")
    for command in (trace, erase):
        command.add_argument("--source", default="")
    return parser


def _look_after(words: argparse.Namespace, settings: Settings, site: Site) -> int:
    """What operators ask of the data of a hub that runs; the exit code."""
    match words.command:
        case "account":
            _account(settings, site, words)
        case "trace":
            _trace(settings, site, words.id, words.source)
        case "erase":
            _erase(settings, site, erasing.Wish(words.statement, words.source, words.subject, words.reason))
        case "backtest":
            return _backtest(settings, site, words.rulebook)
        case "check-log":
            return _check_log(settings, site)
    return 0


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


def _account(settings: Settings, site: Site, words: argparse.Namespace) -> None:
    """Of an account that is disabled there is nothing to show."""
    owner_of = stack.reach(settings, site, keep(settings.folder, _token)).owner
    with psycopg.connect(owner_of, autocommit=True) as owner:
        if words.disable:
            accounts.close_account(owner, words.login, datetime.now(UTC))
            say(f"{words.login} 已停用", f"{words.login} is disabled")
            return
        wanted = accounts.Wanted(words.member, words.login, words.issuer, words.subject)
        given = accounts.open_account(owner, wanted, datetime.now(UTC), randomness.token_urlsafe(15))
    say(msgspec.json.encode(given).decode())


def _rebuild(settings: Settings, site: Site, view: str) -> None:
    secrets = keep(settings.folder, _token)
    say(views.rebuild(view, settings, secrets, stack.reach(settings, site, secrets)))


def _trace(settings: Settings, site: Site, statement_id: str, source: str) -> None:
    tracing.trace(settings, stack.reach(settings, site, keep(settings.folder, _token)), statement_id, source or None, say)


def _erase(settings: Settings, site: Site, wish: erasing.Wish) -> None:
    lies = place("" if settings.evidence_bucket else str(settings.folder / "evidence"), settings.evidence_bucket)
    erasing.erase(stack.reach(settings, site, keep(settings.folder, _token)).owner, wish, datetime.now(UTC), say, lies)


def _backtest(settings: Settings, site: Site, rulebook: str) -> int:
    """Its exit code: 2 for a rulebook that is not there or is defective."""
    if not rulebook:
        raise Trouble("须给出 RULEBOOK=文件或版本", "RULEBOOK= names a file or a version")
    return _do(processes.Process("backtest", "services.adjudication.backtest", (), ("adjudication",)), settings, site, rulebook)


def _check_log(settings: Settings, site: Site) -> int:
    """Its exit code: 1 when due process was not kept somewhere. With the rights of one who only reads."""
    return _do(processes.Process("check", "services.adjudication.check", (), ("regulator",)), settings, site)


def _do(process: processes.Process, settings: Settings, site: Site, *words: str) -> int:
    """Run it until it ends, with its own rights and no other's; its exit code."""
    secrets = keep(settings.folder, _token)
    program = processes.program(process, settings, secrets, stack.reach(settings, site, secrets))
    return subprocess.run([*program.command, *words], env=program.environment, cwd=program.folder, check=False).returncode


def _token() -> str:
    return randomness.token_hex(32)


if __name__ == "__main__":
    main()
