"""`make doctor` finds each planted trouble by its name and says what to do; of a hub that is well it says nothing."""

import re
import secrets as randomness
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Timer

import msgspec
import psycopg
import pytest
import trustme
from cryptography.x509 import load_pem_x509_certificate

from deploy.backup import copy
from deploy.backup.command import backups
from deploy.backup.dump import Content
from deploy.doctor import broker, certificates, command, machine, processes
from deploy.doctor.command import EXAMINATIONS, examine
from deploy.doctor.finding import RUNBOOKS, Finding, page
from deploy.doctor.patient import Disk, Patient
from deploy.local.access import topics
from deploy.local.access.secrets import keep
from deploy.local.processes import PROCESSES, Reach
from deploy.local.settings import CHECKOUT, Settings
from events.transport.kafka import Kafka
from events.transport.telemetry import HealthServer, serve_health
from projections.catalogue import VIEWS
from services.adjudication.domain.law.calendar import is_working_day
from tests.projections.story import answered, attached, case, freed, restricted
from tests.support.road import Road
from tests.support.stack import Broker, Database, free_ports

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
PLENTY = Disk(100 * 1024**3, 50 * 1024**3)
PORTS = [port for process in PROCESSES for port in process.ports]
NO_KAFKA = Kafka("127.0.0.1:1", "admin", "secret")
"""Nothing ever listens there."""


def patient(home: Path, owner: str = "postgresql://nobody@127.0.0.1:1/nothing", kafka: Kafka = NO_KAFKA, **changes: object) -> Patient:
    settings = Settings(home=str(home), **free_ports())  # type: ignore[arg-type]
    settings.logs.mkdir(parents=True, exist_ok=True)
    secrets = keep(home, lambda: randomness.token_hex(32))
    well = Patient(settings, Reach(owner, kafka), secrets, True, NOW, lambda _: PLENTY)
    return well._replace(**changes)  # type: ignore[arg-type]


def cared_for(home: Path, database: Database, **changes: object) -> Patient:
    """With the database's own passwords."""
    return patient(home, database.owner, secrets=database.stack.secrets, **changes)


def codes(found: list[Finding] | Iterator[Finding]) -> set[str]:
    return {finding.code for finding in found}


# -- without a server ---------------------------------------------------------------------------------------------------


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    full = patient(tmp_path, disk=lambda _: Disk(100 * 1024**3, 1024**3))
    assert codes(machine.room(full)) == {"disk-full"}
    assert codes(machine.room(patient(tmp_path))) == set()


def test_a_backup_that_is_missing_or_old(tmp_path: Path) -> None:
    it = patient(tmp_path)
    assert codes(machine.kept_copies(it)) == {"backup-old"}
    made = copy.begin(backups(it.settings), NOW - timedelta(hours=30))
    copy.finish(made, "0", Content(0, 0, 0, 1, 0), NOW - timedelta(hours=30))
    assert codes(machine.kept_copies(it)) == {"backup-old"}
    copy.finish(copy.begin(backups(it.settings), NOW), "0", Content(0, 0, 0, 1, 0), NOW)
    assert codes(machine.kept_copies(it)) == set()


@pytest.mark.parametrize(
    ("at", "grave"), [(datetime(2003, 5, 6, tzinfo=UTC), [True]), (datetime(2100, 5, 6, tzinfo=UTC), [True]), (NOW, [])]
)
def test_a_year_without_a_calendar(tmp_path: Path, at: datetime, grave: list[bool]) -> None:
    assert [it.grave for it in machine.calendar(patient(tmp_path, now=at))] == grave


def test_the_calendar_of_the_coming_year_is_missed_before_it_begins(tmp_path: Path) -> None:
    last = next(year for year in range(2004, 2200) if is_working_day(date(year, 5, 6))[1]) - 1
    assert [it.grave for it in machine.calendar(patient(tmp_path, now=datetime(last, 12, 10, tzinfo=UTC)))] == [False]


def test_a_members_key_and_a_password_in_a_log(tmp_path: Path) -> None:
    it = patient(tmp_path)
    assert codes(machine.leaked(it)) == set()
    key = f"lc_alpha_0123abcd_{'5e' * 24}"
    (it.settings.logs / "gateway.log").write_text(f'{{"event":"header","value":"Bearer {key}"}}\n')
    (found,) = machine.leaked(it)
    assert (found.code, "0123abcd" in found.do_en, key in str(found)) == ("key-leaked", True, False)
    (it.settings.logs / "relay.log").write_text(f"password={it.secrets.kafka_admin}\n")
    assert codes(machine.leaked(it)) == {"key-leaked", "secret-leaked"}


@contextmanager
def answering(word: str, *ports: int) -> Iterator[None]:
    servers = [serve_health("127.0.0.1", port, lambda: word) for port in ports]
    try:
        yield
    finally:
        with ThreadPoolExecutor(len(servers)) as together:
            list(together.map(HealthServer.shutdown, servers))  # each takes half a second
        for server in servers:
            server.server_close()


def test_a_process_that_does_not_answer_or_is_not_ready(tmp_path: Path) -> None:
    it = patient(tmp_path)
    with answering("no lease", it.settings.relay_port):
        found = {(finding.code, finding.en.split()[0]) for finding in processes.answering(it)}
    assert ("process-not-ready", "relay") in found
    assert {name for code, name in found if code == "process-down"} == {process.name for process in PROCESSES} - {"relay"}
    assert codes(processes.answering(it._replace(running=False))) == set()
    assert codes(processes.nobody(it._replace(running=False))) == {"not-running"}


def test_a_process_that_is_just_starting_again_is_waited_for(tmp_path: Path) -> None:
    """As ingress does whenever a member joins."""
    it = patient(tmp_path, patience=60.0)
    with ExitStack() as opened:
        ports = [getattr(it.settings, port) for port in PORTS]
        later = Timer(0.5, lambda: opened.enter_context(answering("ready", *ports)))
        later.start()
        assert codes(processes.answering(it)) == set()
        later.join()


def test_a_process_that_keeps_restarting(tmp_path: Path) -> None:
    it = patient(tmp_path)
    log = it.settings.logs / "projections.log"

    def crash(minutes: float) -> bytes:
        at = (NOW - timedelta(minutes=minutes)).isoformat()
        said = {"level": "critical", "event": "crashed", "at": at, "exception": [{"exc_type": "KeyError", "exc_value": "'tier'"}]}
        return msgspec.json.encode(said) + b"\n"

    log.write_bytes(crash(60) + crash(50) + crash(9) + crash(5))
    assert codes(processes.restarting(it)) == set()
    log.write_bytes(log.read_bytes() + crash(1) + b"not json, critical\n")
    (found,) = processes.restarting(it)
    assert (found.code, "'tier'" in found.en) == ("process-restarting", True)


def test_a_broker_and_a_database_that_are_away(tmp_path: Path) -> None:
    found = codes(examine(patient(tmp_path)))
    assert {"kafka-away", "postgres-away"} <= found


def test_an_authority_whose_file_is_gone_or_says_nothing_or_ends(tmp_path: Path) -> None:
    authority, file = trustme.CA(), tmp_path / "ca.pem"
    it = patient(tmp_path, kafka=NO_KAFKA._replace(ca=str(file)))
    assert [(found.code, found.grave) for found in certificates.authorities(it)] == [("certificate-missing", True)]
    file.write_text("-")
    assert codes(certificates.authorities(it)) == {"certificate-missing"}
    authority.cert_pem.write_to_path(str(file))
    assert codes(certificates.authorities(it)) == set()
    ends = load_pem_x509_certificate(authority.cert_pem.bytes()).not_valid_after_utc
    for now, grave in ((ends - timedelta(days=29), False), (ends + timedelta(days=1), True)):
        assert [(found.code, found.grave) for found in certificates.authorities(it._replace(now=now))] == [("certificate-ending", grave)]


@pytest.mark.parametrize("what", ["DATABASE_URL", "LIANCHENG_TIMESTAMP_ANCHORS"])
def test_every_file_of_authorities_is_looked_at(tmp_path: Path, what: str) -> None:
    it = patient(
        tmp_path, owner="postgresql://a@127.0.0.1:1/b?sslmode=verify-full&sslrootcert=/gone.pem" if what == "DATABASE_URL" else "host=x"
    )
    anchors = "/gone.pem" if what != "DATABASE_URL" else ""
    (found,) = certificates.authorities(it._replace(settings=msgspec.structs.replace(it.settings, timestamp_anchors=anchors)))
    assert found.en.startswith(what)
    assert "/gone.pem cannot be believed" in found.en


def test_every_finding_says_what_to_do_in_both_languages_and_names_a_runbook_that_is_there() -> None:
    source = "".join(path.read_text() for path in Path(command.__file__).parent.glob("*.py"))
    named = set(re.findall(r'^\s+"([a-z-]+)",\n\s+\)', source, re.MULTILINE))
    assert len(named) >= 10
    assert {name for name in named if not (CHECKOUT / RUNBOOKS / f"{name}.md").is_file()} == set()


def test_the_page_has_the_grave_ones_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    later, now = (Finding(code, grave, "旧", code, "办", "do it", "restore") for code, grave in (("a-later", False), ("z-now", True)))
    text = "\n".join(page([later, now], EXAMINATIONS))
    assert text.index("z-now") < text.index("a-later")
    assert "1 need something done now, 1 need a look" in text
    assert "→ do it  (deploy/runbooks/restore.md)" in text


# -- with a database ----------------------------------------------------------------------------------------------------


def planted(conn: psycopg.Connection, text: str, *values: object) -> None:
    conn.execute(text, values)  # type: ignore[call-overload]


PLANTED: dict[str, tuple[str, ...]] = {
    "migration-missing": ("DELETE FROM _yoyo_migration WHERE migration_id = '0070.refusals'",),
    "migration-newer": ("INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES ('x', '9999.later', now())",),
    "log-foreign": ("UPDATE log SET timeline = 0",),
    "poison": ("INSERT INTO refusal (kind, topic, partition, \"offset\", answer, recorded_at) VALUES ('poison', 't', 0, 1, '{}', now())",),
    "refusals-waiting": (
        (
            'INSERT INTO refusal (kind, member, topic, partition, "offset", answer, recorded_at)'
            " VALUES ('refused', 'alpha', 't', 0, 1, '{}', '2026-11-01')"
        ),
    ),
    "breaker-held": (
        (
            "INSERT INTO listing (listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at, held)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), 2, 'served', false, false, false, now(), true)"
        ),
    ),
    "notice-undelivered": (
        (
            "INSERT INTO listing (listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), 2, 'released', true, false, false, now())"
        ),
    ),
    "answer-overdue": (
        (
            "INSERT INTO listing (listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at, answer_by)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), 2, 'decided', false, false, false, now(), '2026-11-01')"
        ),
    ),
    "erasure-due": ("INSERT INTO erasure VALUES ('subjects/' || gen_random_uuid(), now())",),
    "key-old": (
        "INSERT INTO member (code, class, entity, enrolled_at) VALUES ('alpha', 'platform', 'alpha', '2024-01-01')",
        "INSERT INTO credential (key_id, code, digest, created_at) VALUES ('k1', 'alpha', '', '2024-01-01')",
    ),
}


@pytest.fixture(scope="module")
def here(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., set[str]]:
    """What is found in the database, of what only a database can have."""
    home = tmp_path_factory.mktemp("home")

    def found(**changes: object) -> set[str]:
        # The database's clock is the real one; everything planted is told by a calendar of its own.
        it = cared_for(home, module_database, **changes)
        servers = {"kafka-away", "process-down", "backup-old", "calendar-missing"}
        return codes(examine(it)) - servers

    return found


def test_of_a_database_that_is_well_nothing_is_said(here: Callable[..., set[str]]) -> None:
    assert here(now=datetime.now(UTC)) == set()


@pytest.mark.parametrize("trouble", PLANTED)
def test_a_trouble_in_the_database(database: Database, tmp_path: Path, trouble: str) -> None:
    with database.connect() as conn:
        for text in PLANTED[trouble]:
            planted(conn, text)
    assert trouble in codes(examine(cared_for(tmp_path, database)))


def test_clocks_that_differ(here: Callable[..., set[str]]) -> None:
    assert here(now=datetime.now(UTC) + timedelta(minutes=2)) == {"clock-skew"}


def behind(it: Patient) -> set[str]:
    return {finding.en.split()[0] for finding in examine(it) if finding.code == "follower-behind"}


def test_a_relay_and_a_reader_that_are_behind_and_a_view_of_another_shape(database: Database, tmp_path: Path) -> None:
    road = Road(database, VIEWS["coverage"], VIEWS["blacklist"])
    delivered = road.record(*case(start=NOW - timedelta(days=400)))
    it = cared_for(tmp_path, database, now=NOW + timedelta(minutes=5))
    assert "relay-behind" in codes(examine(it))
    road.relay(delivered)
    assert "relay-behind" not in codes(examine(it))
    assert {"coverage:1", "blacklist:1"} <= behind(it)
    road.fold(delivered)
    with database.connect("projections") as conn:
        conn.execute("COMMENT ON SCHEMA coverage_1 IS 'another'")
    # Nobody follows for adjudication here.
    assert behind(it) == {"adjudication"}
    assert "view-outdated" in codes(examine(it))


def test_a_lift_that_a_platform_has_not_answered(database: Database, tmp_path: Path) -> None:
    road = Road(database, VIEWS["coverage"])
    road.travel(attached(at=NOW), restricted(at=NOW), answered(1, "enforced", at=NOW), freed(at=NOW))
    it = cared_for(tmp_path, database, now=NOW + timedelta(seconds=30))
    assert "lift-overdue" not in codes(examine(it))
    found = {finding.code: finding for finding in examine(it._replace(now=NOW + timedelta(seconds=90)))}
    assert "tmall has not answered 1 lifts" in found["lift-overdue"].en


# -- with Kafka ---------------------------------------------------------------------------------------------------------


@contextmanager
def without(kafka: Broker, topic: str) -> Iterator[None]:
    """Other tests share the broker: it is there again afterwards."""
    kafka.admin.delete_topics([topic])
    # The broker answers before it has forgotten it.
    while topic in kafka.admin.list_topics():
        time.sleep(0.05)
    try:
        yield
    finally:
        topics.prepare(kafka.admin, kafka.stack.secrets.kafka_users)


def test_topics_that_went_with_the_brokers_data(clean_kafka: Broker, database: Database, tmp_path: Path) -> None:
    it = patient(tmp_path, database.owner, clean_kafka.stack.reach.kafka, secrets=database.stack.secrets)
    assert codes(broker.kafka(it)) == set()
    with database.connect() as conn:
        conn.execute("INSERT INTO member (code, class, entity, enrolled_at) VALUES ('omega', 'platform', 'omega', now())")
    assert codes(broker.kafka(it)) == {"member-topics-missing"}
    with without(clean_kafka, "liancheng.evidence.v1"):
        assert codes(broker.kafka(it)) == {"member-topics-missing", "topic-missing"}


def test_a_port_that_somebody_else_has_is_no_broker(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as stranger:
        port = stranger.getsockname()[1]
    assert codes(broker.kafka(patient(tmp_path, kafka=Kafka(f"127.0.0.1:{port}", "admin", "x")))) == {"kafka-away"}
