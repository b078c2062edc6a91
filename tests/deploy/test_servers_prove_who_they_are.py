"""As in a cluster: Kafka and PostgreSQL are spoken with by TLS, and whoever cannot prove the name is not spoken with."""

import ast
import secrets as randomness
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec
import psycopg
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from eventsourcing.persistence import OperationalError
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from psycopg_pool import PoolTimeout

from deploy.doctor import certificates, command
from deploy.doctor.patient import Patient
from deploy.local import enrol
from deploy.local.access import roles
from deploy.local.processes import PROCESSES, Reach, answers, environment, program
from deploy.local.servers import kafka as broker
from deploy.local.settings import CHECKOUT
from deploy.local.stack import KAFKA, Stack
from deploy.local.supervision.supervise import Program
from deploy.prepare.__main__ import prepare
from deploy.prepare.settings import Settings as Preparing
from events.client.publish.kafka import Access, KafkaRoad, Receipts
from events.client.publish.outbox import Outbox, Outcome
from events.client.statement import Member, Merchant, statement
from events.transport.kafka import Kafka, administrator
from events.transport.postgres import connect, pool
from events.transport.settings import File
from events.transport.store import Store
from services.relay import tail
from services.relay.directive_topic import DirectiveTopic
from tests.operators.page.conftest import free_port
from tests.operators.page.test_the_page import until
from tests.support.doorman import Door, doorman
from tests.support.stack import Database, stack

pytestmark = pytest.mark.slow

KAFKA_PROCESSES = [process for process in PROCESSES if process.kafka_user is not None]
HOST = "localhost"
"""What the certificates are for; the same place by another name is a stranger."""
SOON_MS, PATIENTLY_MS = 2000, 60_000
CLIENTS = ("KafkaProducer", "KafkaConsumer", "KafkaAdminClient")
CONNECTS = """
import concurrent.futures, json, sys
import kafka, kafka.errors

def connects(one):
    client, how, settings = one
    try:
        getattr(kafka, client)(**settings).close()
    except kafka.errors.KafkaError:
        return None
    return client, how

told = json.load(sys.stdin)
every = [(client, how, settings) for client in sys.argv[1:] for how, settings in told.items()]
with concurrent.futures.ThreadPoolExecutor(len(every)) as pool:
    print(json.dumps([one for one in pool.map(connects, every) if one]))
"""
"""Which kinds of client came to speak with the brokers by which settings."""


class Site(NamedTuple):
    """Servers that speak TLS, and who is vouched for by whom."""

    stack: Stack
    database: Database
    door: Door
    reach: Reach
    stranger: Path
    """Another authority's certificate."""

    def kafka(self, user: str) -> Kafka:
        return self.reach.kafka._replace(user=user, password=self.stack.secrets.kafka_users[user])

    def conninfo(self, role: str, **changes: object) -> str:
        password = self.database.stack.secrets.roles[role]
        return roles.url(self.reach.owner, user=role, password=password, **{name: str(value) for name, value in changes.items()})


@pytest.fixture(scope="module")
def site(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("authorities")
    ours, other, authority = folder / "ours.pem", folder / "other.pem", trustme.CA()
    authority.cert_pem.write_to_path(str(ours))
    trustme.CA().cert_pem.write_to_path(str(other))
    certificate = certified(authority, folder / "server.pem")
    with doorman(certificate, module_database.stack.settings.postgres_port) as door, stack() as started:
        kafka = Kafka(f"{HOST}:{started.settings.kafka_port}", broker.ADMIN, started.secrets.kafka_admin, str(ours))
        started.supervisor.start(encrypted(started, kafka, certificate))
        started.supervisor.wait([KAFKA], 90)
        owner = roles.url(module_database.owner, host=HOST, port=str(door.port), sslmode="verify-full", sslrootcert=str(ours))
        prepared = Preparing(database_owner=owner, kafka=kafka.bootstrap, kafka_ca=File(kafka.ca), kafka_password_admin=kafka.password)
        prepare(prepared, {}, started.secrets.kafka_users)
        yield Site(started, module_database, door, Reach(owner, kafka), other)


def certified(authority: trustme.CA, into: Path) -> Path:
    """Key and certificate of a server in one file. Kafka reads no key but in the form PKCS 8."""
    made = authority.issue_cert(HOST, not_after=datetime.now(UTC) + timedelta(days=365))
    key = load_pem_private_key(made.private_key_pem.bytes(), None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    into.touch(mode=0o600)
    into.write_bytes(key + b"".join(part.bytes() for part in made.cert_chain_pems))
    return into


def encrypted(started: Stack, kafka: Kafka, certificate: Path) -> Program:
    """The local broker, whose listener now speaks TLS and nothing else."""
    settings, folder = started.settings, started.settings.folder / "kafka"
    server = broker.Broker(folder, settings.jars, settings.kafka_port, settings.kafka_controller_port, kafka.password)
    broker.prepare(server, started.secrets.kafka_controller, started.say)
    with server.properties.open("a") as more:  # of a name that is said twice the last one counts
        more.write(
            f"listener.security.protocol.map=CONTROLLER:SASL_PLAINTEXT,CLIENT:SASL_SSL\nadvertised.listeners=CLIENT://{kafka.bootstrap}\n"
        )
        more.write(f"ssl.keystore.type=PEM\nssl.keystore.location={certificate}\n")
        more.write(f"ssl.truststore.type=PEM\nssl.truststore.location={kafka.ca}\n")
    return Program(name=KAFKA, command=server.command(), environment={"LC_ALL": "C.UTF-8"}, folder=folder, ready=lambda: knows(kafka))


def knows(kafka: Kafka) -> bool:
    """The port first: the client leaves a socket behind for each refusal."""
    try:
        socket.create_connection((HOST, int(kafka.bootstrap.rpartition(":")[2])), timeout=1.0).close()
        KafkaAdminClient(**kafka.client(), bootstrap_timeout_ms=3000).close()
    except (OSError, KafkaError):
        return False
    return True


# -- everybody who speaks with them ---------------------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_every_process_and_a_platform_speak_with_them(site: Site, tmp_path: Path) -> None:
    """A statement goes by Kafka to ingress, from there by the relay to the views, and its receipt comes back."""
    started = site.stack
    with closing(administrator(site.reach.kafka)) as admin, psycopg.connect(site.reach.owner, autocommit=True) as owner:
        wanted = enrol.apply("alpha", "platform", "")
        given = enrol.enrol(owner, admin, site.reach.kafka.bootstrap, wanted, datetime.now(UTC), randomness.token_hex).kafka
    assert given is not None
    secrets = msgspec.structs.replace(started.secrets, roles=site.database.stack.secrets.roles)
    for process in KAFKA_PROCESSES:
        started.supervisor.start(program(process, started.settings, secrets, site.reach))
    started.supervisor.wait([process.name for process in KAFKA_PROCESSES], 120)
    said = statement(Member("alpha"), "merchant.declared", Merchant("shop-1"), {}, id=str(uuid4()), time=datetime.now(UTC))
    access = Access(given.bootstrap, given.username, given.password, site.reach.kafka.ca)
    with closing(Outbox(tmp_path / "outbox.db")) as outbox, closing(KafkaRoad(access, "alpha")) as road:
        receipts = Receipts(access, "alpha", outbox)
        receipts.start()
        try:
            outbox.put(said)
            road.send([said])
            outcome: Outcome = until(lambda: outbox.outcome(said.id))
        finally:
            receipts.stop()
    assert outcome.receipt is not None
    position = outcome.receipt.position
    with site.database.connect() as conn:
        folded = "SELECT count(DISTINCT consumer) FROM position WHERE last_id >= %s"
        until(lambda: conn.execute(folded, (position,)).fetchone() >= (2,))  # a view and adjudication
    assert len(site.door.admitted) > len(KAFKA_PROCESSES)
    started.supervisor.stop([process.name for process in KAFKA_PROCESSES])


def test_the_relay_reads_its_topics_back_by_tls(site: Site) -> None:
    tail.newest(site.kafka("relay"))
    with closing(DirectiveTopic(site.kafka("relay"))) as topic:
        assert list(topic.places()) == sorted(topic.places())


# -- and nobody with whoever cannot prove the name ---------------------------------------------------------------------------


def wrong(site: Site, how: str) -> Kafka:
    kafka = site.kafka("relay")
    match how:
        case "another authority":
            return kafka._replace(ca=str(site.stranger))
        case "another name":
            return kafka._replace(bootstrap=kafka.bootstrap.replace(HOST, "127.0.0.1"))
        case _:
            return kafka._replace(ca="")


def test_a_broker_that_cannot_prove_its_name_is_not_spoken_with(site: Site) -> None:
    """By no kind of client, nor by a platform's; in a process of its own, because kafka-python leaves a socket behind for each refusal."""
    told = {how: wrong(site, how) for how in ("another authority", "another name", "no TLS")} | {"right": site.kafka("relay")}
    told |= {f"platform, {how}": told[how] for how in ("another authority", "right")}
    settings = {
        how: (Access(kafka.bootstrap, kafka.user, kafka.password, kafka.ca).settings() if how.startswith("platform") else kafka.client())
        | {"bootstrap_timeout_ms": PATIENTLY_MS if how.endswith("right") else SOON_MS}
        for how, kafka in told.items()
    }
    line = [sys.executable, "-W", "ignore", "-c", CONNECTS, *CLIENTS]
    done = subprocess.run(line, input=msgspec.json.encode(settings), capture_output=True, check=True)
    connected = {tuple(one) for one in msgspec.json.decode(done.stdout)}
    assert connected == {(client, how) for client in CLIENTS for how in ("right", "platform, right")}


@pytest.mark.parametrize("how", ["another authority", "another name"])
def test_nor_by_a_faust_worker(site: Site, how: str, tmp_path: Path) -> None:
    host = next(process for process in PROCESSES if process.name == "projections")
    kafka, port = wrong(site, how), free_port()
    secrets = msgspec.structs.replace(site.stack.secrets, roles=site.database.stack.secrets.roles)
    settings = msgspec.structs.replace(site.stack.settings, projections_port=port)
    given = environment(host, settings, secrets, site.reach._replace(kafka=kafka))
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", host.module], cwd=CHECKOUT, env=given, stdout=output, stderr=output)
        try:
            until(lambda: "certificate verify failed" in log.read_text().lower())
            assert not answers("127.0.0.1", port, "/readyz")
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sslrootcert": "other"}, "certificate verify failed"),
        ({"host": "127.0.0.1"}, "does not match host name"),
        ({"sslmode": "disable"}, "server closed the connection"),
    ],
    ids=["another authority", "another name", "no TLS"],
)
def test_a_database_that_cannot_prove_its_name_is_not_spoken_with(site: Site, changes: dict[str, str], said: str) -> None:
    """By a connection, and by both pools of the store, one of which is the library's."""
    changes = {name: str(site.stranger) if value == "other" else value for name, value in changes.items()}
    conninfo = site.conninfo("gateway", **changes)
    with pytest.raises(psycopg.OperationalError, match=said):
        connect(conninfo, name="test")
    with closing(pool(conninfo, name="test")) as opened, pytest.raises(PoolTimeout), opened.connection():
        pass
    with pytest.raises(OperationalError):
        Store(conninfo)


def test_the_librarys_first_connection_has_the_bounds_of_every_other(site: Site) -> None:
    """It is opened while the store is made."""
    with closing(Store(site.conninfo("gateway"))) as store:
        assert store.reachable()
        datastore = store.recorder.datastore  # type: ignore[attr-defined]
        with datastore.get_connection() as conn:
            assert conn.execute("SHOW statement_timeout").fetchone() == {"statement_timeout": "2s"}


def examined(site: Site, kafka: Kafka, now: datetime) -> set[str]:
    it = Patient(site.stack.settings, site.reach._replace(kafka=kafka), site.stack.secrets, False, now, command.disk)
    return {finding.code for look in (certificates.authorities, certificates.brokers) for finding in look(it)}


def test_the_runbook_of_a_missing_certificate_is_played(site: Site, tmp_path: Path) -> None:
    """Gone: no process starts, and it says what is missing. Put back: everybody is believed again."""
    file, host, now = tmp_path / "ca.pem", PROCESSES[0], datetime.now(UTC)
    kafka = site.reach.kafka._replace(ca=str(file))
    assert examined(site, kafka, now) == {"certificate-missing"}
    given = environment(host, site.stack.settings, site.stack.secrets, site.reach._replace(kafka=kafka))
    done = subprocess.run([sys.executable, "-m", host.module], cwd=CHECKOUT, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"LIANCHENG_KAFKA_CA: there is no file {file}\n")
    file.write_bytes(Path(site.reach.kafka.ca).read_bytes())
    assert examined(site, kafka, now) == set()
    assert knows(kafka)


def test_the_doctor_says_of_which_broker_nothing_is_to_be_believed(site: Site) -> None:
    now = datetime.now(UTC)
    for how in ("another authority", "another name"):
        assert examined(site, wrong(site, how), now) == {"certificate-missing"}
    assert examined(site, wrong(site, "no TLS"), now) == set()
    assert examined(site, site.reach.kafka, now + timedelta(days=340)) == {"certificate-ending"}


def test_nobody_makes_a_client_of_kafka_but_by_the_settings_that_carry_the_authority() -> None:
    """Whoever wrote out the protocol by himself would go on speaking without TLS."""
    found = dict[str, list[bool]]()
    for path in sorted(file for folder in ("events", "projections", "services", "deploy") for file in (CHECKOUT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in CLIENTS:
                spread = [ast.unparse(word.value) for word in node.keywords if word.arg is None]
                found.setdefault(path.name, []).append(any(text.endswith((".client()", ".settings()")) for text in spread))
    assert len(found) > 8
    assert {name: told for name, told in found.items() if not all(told)} == {}
