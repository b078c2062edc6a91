"""Compose and Kubernetes say what the code says: written from its tables, valid by the kinds' own schemas, complete for every process."""

import os
import re
import subprocess
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from deploy.local.access.secrets import KAFKA_USERS, ROLES
from deploy.local.processes import PROCESSES
from deploy.local.servers import kafka as broker
from deploy.local.settings import CHECKOUT, Settings
from deploy.manifests import compose, kafka, postgres, secrets
from deploy.manifests.__main__ import files
from deploy.manifests.told import Place, told
from deploy.manifests.workloads import Workload, _settings, workloads
from deploy.prepare.settings import Settings as Preparing
from deploy.prepare.settings import passwords
from events.transport import settings as reading
from events.transport.settings import WrongSetting
from events.transport.topics import HUB_GRANTS, HUB_TOPICS, PARTITIONS, member_grants, member_topics

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the package looks its own files up in an old way
    import kubernetes_validate

CLUSTER = CHECKOUT / "deploy" / "kubernetes"
SCHEMAS = Path(__file__).with_name("schemas")
KUBERNETES = "1.34"

Document = dict[str, Any]


@cache
def documents() -> list[Document]:
    return [document for path in sorted(CLUSTER.glob("*.yaml")) for document in yaml.safe_load_all(path.read_text())]


def of(kind: str) -> dict[str, Document]:
    return {document["metadata"]["name"]: document for document in documents() if document["kind"] == kind}


@cache
def machine() -> Document:
    found: Document = yaml.safe_load((CHECKOUT / "deploy" / "compose" / "compose.yaml").read_text())
    return found


@cache
def schema(name: str) -> Document:
    found: Document = msgspec.json.decode((SCHEMAS / f"{name}.json").read_bytes())
    return found


def check(document: Document) -> None:
    """By Kubernetes' own schemas, or by those of the kinds that operators bring."""
    if (SCHEMAS / f"{document['kind']}.json").exists():
        jsonschema.validate(document, schema(document["kind"]))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


# -- what is kept is what is written ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_file_is_what_the_tables_say(path: Path) -> None:
    assert path.read_bytes() == files()[path], "run: python -m deploy.manifests"


@pytest.mark.parametrize("document", documents(), ids=lambda it: f"{it['kind']}-{it['metadata']['name']}")
def test_a_document_is_valid(document: Document) -> None:
    check(document)


def test_compose_is_valid() -> None:
    jsonschema.validate(machine(), schema("compose"))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Kafka", lambda spec: spec["kafka"].update(replicas=3)),
        ("KafkaUser", lambda spec: spec["authorization"]["acls"][0].update(operations=["WRITE"])),
        ("KafkaTopic", lambda spec: spec.update(partitions="four")),
        ("Cluster", lambda spec: spec["postgresql"]["synchronous"].update(method="all")),
        ("Deployment", lambda spec: spec.update(replica=2)),
        ("NetworkPolicy", lambda spec: spec.update(podSelector=None, polices=[])),
        ("ScaledObject", lambda spec: spec.update(maxReplicas=4)),
        ("PrometheusRule", lambda spec: spec["groups"][0]["rules"][0].pop("record")),
    ],
)
def test_a_wrong_word_is_noticed(kind: str, change: Any) -> None:
    """The canary of the tests above."""
    wrong = msgspec.json.decode(msgspec.json.encode(next(iter(of(kind).values()))))
    change(wrong["spec"])
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        check(wrong)


# -- Kafka and PostgreSQL -----------------------------------------------------------------------------------------------


def test_every_topic_is_there_as_the_table_says() -> None:
    found = {it["spec"]["topicName"]: it["spec"] for it in of("KafkaTopic").values()}
    assert found.keys() == {topic.name for topic in HUB_TOPICS}
    for topic in HUB_TOPICS:
        spec = found[topic.name]
        assert (spec["partitions"], spec["replicas"]) == (topic.partitions, 3)
        assert topic.config.items() <= spec["config"].items()
        assert spec["config"]["min.insync.replicas"] == "2"


def granted(users: dict[str, Document]) -> set[tuple[str, str, str, str, bool]]:
    return {
        (
            name,
            operation,
            acl["resource"]["type"],
            acl["resource"].get("name", "kafka-cluster"),
            acl["resource"].get("patternType") == "prefix",
        )
        for name, user in users.items()
        for acl in user["spec"].get("authorization", {}).get("acls", [])
        for operation in acl["operations"]
    }


def as_said(grants: Any) -> set[tuple[str, str, str, str, bool]]:
    return {(it.principal, it.operation.title().replace("_", ""), it.resource.lower(), it.name, it.prefixed) for it in grants}


def test_every_user_has_the_rights_of_the_table_and_no_other() -> None:
    users = of("KafkaUser")
    assert users.keys() == {*KAFKA_USERS, kafka.OPERATIONS}
    assert granted(users) == as_said(HUB_GRANTS)
    cluster = of("Kafka")["liancheng"]["spec"]["kafka"]
    assert cluster["authorization"] == {"type": "simple", "superUsers": [kafka.OPERATIONS]}
    assert all(listener["tls"] and listener["authentication"]["type"] == "scram-sha-512" for listener in cluster["listeners"])


def test_a_member_gets_its_topics_and_its_rights_and_no_other() -> None:
    given = kafka.member("alpha", "0123abcd")
    for document in given:
        check(document)
    topics = {it["spec"]["topicName"]: it["spec"]["partitions"] for it in given if it["kind"] == "KafkaTopic"}
    assert topics == {topic.name: topic.partitions for topic in member_topics("alpha")}
    users = {it["metadata"]["name"]: it for it in given if it["kind"] == "KafkaUser"}
    assert granted(users) == as_said(grant._replace(principal="alpha.0123abcd") for grant in member_grants("alpha"))


def test_every_database_role_is_there_and_a_standby_confirms_each_commit() -> None:
    spec = of("Cluster")[postgres.CLUSTER]["spec"]
    assert {role["name"] for role in spec["managed"]["roles"]} == set(ROLES)
    assert not any(role.get("superuser") or role.get("createrole") for role in spec["managed"]["roles"])
    assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
    assert spec["instances"] >= 3
    assert of("ScheduledBackup")[postgres.CLUSTER]["spec"]["cluster"]["name"] == postgres.CLUSTER
    assert spec["plugins"][0] | {"name": ""} == {"name": "", "isWALArchiver": True, "parameters": {"barmanObjectName": postgres.STORE}}
    assert of("ObjectStore").keys() == {postgres.STORE}


# -- processes ----------------------------------------------------------------------------------------------------------


def test_every_process_of_the_local_set_up_is_there_and_the_desks_services_by_themselves() -> None:
    names = {it.name for it in workloads()}
    assert names == {process.name for process in PROCESSES if process.name != "desk"} | {"directives", "adjudication", "regulator"}
    assert of("Deployment").keys() == names
    assert names < machine()["services"].keys()
    ports = {port for process in PROCESSES for port in process.ports}
    assert {it.port_name for it in workloads()} == ports
    assert all(it.port == getattr(Settings(), it.port_name) for it in workloads())


def read(workload: Workload, environment: dict[str, str]) -> Any:
    """As its main reads it."""
    filled = {name: re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value) for name, value in environment.items()}
    filled = {name: re.sub(r"\$\{[A-Z_]+:\?\}", "ab" * 32, value) for name, value in filled.items()}
    if "LIANCHENG_KAFKA_CA" in filled:
        filled["LIANCHENG_KAFKA_CA"] = __file__  # a file that is there, as the mounted one will be
    return reading.read(_settings(workload.module), filled)


@pytest.mark.parametrize("workload", workloads(), ids=lambda it: it.name)
def test_a_process_starts_with_what_it_is_told_and_is_told_nothing_that_it_does_not_know(workload: Workload) -> None:
    container = of("Deployment")[workload.name]["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == ["python", "-m", workload.module]
    cluster = {it["name"]: it.get("value", "ab" * 32) for it in container["env"] if it["name"].startswith("LIANCHENG_")}
    here = machine()["services"][workload.name]["environment"]
    for environment in (cluster, here):
        settings = read(workload, environment)
        assert (settings.host, getattr(settings, workload.port_name)) == ("0.0.0.0", workload.port)
        known = {f"LIANCHENG_{name.upper()}" for name in settings.__struct_fields__}
        assert environment.keys() <= known
        assert not settings.demo


@pytest.mark.parametrize("workload", workloads(), ids=lambda it: it.name)
def test_a_password_stands_before_the_address_that_it_is_put_into(workload: Workload) -> None:
    seen: set[str] = set()
    for it in of("Deployment")[workload.name]["spec"]["template"]["spec"]["containers"][0]["env"]:
        assert set(re.findall(r"\$\(([A-Z_]+)\)", it.get("value", ""))) <= seen
        seen.add(it["name"])


def test_nobody_is_given_anothers_secret() -> None:
    for workload in workloads():
        env = of("Deployment")[workload.name]["spec"]["template"]["spec"]["containers"][0]["env"]
        kept = {it["valueFrom"]["secretKeyRef"]["name"] for it in env if "valueFrom" in it} - {"liancheng-hub"}
        assert kept == {postgres.role_secret(role) for role in workload.roles} | ({workload.kafka_user} if workload.kafka_user else set())


def pods() -> dict[str, Document]:
    """Of Deployments and jobs, by name."""
    return {name: it["spec"]["template"]["spec"] for name, it in (of("Deployment") | of("Job")).items()}


def files_of(pod: Document) -> dict[str, str]:
    """What is mounted from secrets: the path of each file, and the secret that it is of."""
    mounts = {it["name"]: it["mountPath"] for it in pod["containers"][0]["volumeMounts"]}
    secret = {volume["name"]: volume["secret"] for volume in pod["volumes"] if "secret" in volume}
    return {f"{mounts[name]}/{item['path']}": it["secretName"] for name, it in secret.items() for item in it["items"]}


@pytest.mark.parametrize("name", pods())
def test_every_server_has_to_prove_its_name_by_a_certificate_that_is_mounted(name: str) -> None:
    pod = pods()[name]
    told = {it["name"]: it.get("value", "") for it in pod["containers"][0]["env"]}
    expected = {told["LIANCHENG_KAFKA_CA"]: kafka.CA_SECRET} if "LIANCHENG_KAFKA_CA" in told else {}
    databases = [conninfo_to_dict(value) for word, value in told.items() if word.startswith("LIANCHENG_DATABASE_")]
    for database in databases:
        assert (database["host"], database["sslmode"]) == (postgres.HOST, "verify-full")
        expected[str(database["sslrootcert"])] = postgres.CA_SECRET
    assert files_of(pod) == expected
    workload = next((it for it in workloads() if it.name == name), None)
    if workload is not None:
        assert ("LIANCHENG_KAFKA_CA" in told) == (workload.kafka_user is not None)
        assert len(databases) == len(workload.roles)


def test_whoever_speaks_without_tls_is_turned_away() -> None:
    assert of("Cluster")[postgres.CLUSTER]["spec"]["postgresql"]["pg_hba"][0] == "hostnossl all all all reject"


def test_a_required_setting_that_nothing_is_known_of_is_named() -> None:
    strange = workloads()[0]._replace(required=frozenset({"moon"}))
    with pytest.raises(LookupError, match="needs moon"):
        told(strange, Place("", "", "", ""))


def test_every_process_has_probes_a_budget_bounds_and_no_rights() -> None:
    budgets, services, policies = of("PodDisruptionBudget"), of("Service"), of("NetworkPolicy")
    for workload in workloads():
        deployment = of("Deployment")[workload.name]["spec"]
        pod, container = deployment["template"]["spec"], deployment["template"]["spec"]["containers"][0]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        # One of two relays waits for its lease, and is well.
        ready = "/healthz" if workload.name == "relay" else "/readyz"
        assert (container["readinessProbe"]["httpGet"]["path"], container["livenessProbe"]["httpGet"]["path"]) == (ready, "/healthz")
        assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert not pod["automountServiceAccountToken"]
        assert (workload.name in budgets) == (deployment["replicas"] > 1)
        assert services[workload.name]["spec"]["ports"][0]["port"] == container["ports"][0]["containerPort"] == workload.port
        assert policies[workload.name]["spec"]["podSelector"]["matchLabels"] == deployment["selector"]["matchLabels"]


def test_nothing_may_be_reached_but_for_what_a_process_needs() -> None:
    policies = of("NetworkPolicy")
    assert "ingress" not in policies["deny-by-default"]["spec"]
    for workload in workloads():
        ports = {port["port"] for rule in policies[workload.name]["spec"]["egress"] for port in rule["ports"]}
        assert (postgres.PORT in ports) == bool(workload.roles)
        assert (kafka.PORT in ports) == (workload.kafka_user is not None)
        assert (443 in ports) == (workload.name in ("directives", "adjudication", "adjudicator", "regulator"))
        assert (8443 in ports) == (workload.name == "directives")


def test_followers_grow_with_their_lag_and_never_beyond_the_partitions() -> None:
    scaled = {name: it["spec"] for name, it in of("ScaledObject").items()}
    assert scaled.keys() == {"projections", "adjudicator"}
    for name, spec in scaled.items():
        assert spec["maxReplicaCount"] == PARTITIONS
        assert (
            spec["triggers"][0]["metadata"]["query"] == f'sum(max by (topic, partition, consumer) (liancheng_lag_ids{{process="{name}"}}))'
        )


def test_a_cluster_is_alarmed_by_the_same_rules() -> None:
    files = [yaml.safe_load((CHECKOUT / "deploy" / "prometheus" / name).read_text()) for name in ("objectives.yml", "alerts.yml")]
    assert of("PrometheusRule")["liancheng"]["spec"]["groups"] == [group for file in files for group in file["groups"]]
    labels = of("PodMonitor")["liancheng"]["spec"]
    assert (labels["jobLabel"], labels["podMetricsEndpoints"][0]["relabelings"][0]["targetLabel"]) == (
        "app.kubernetes.io/part-of",
        "process",
    )
    assert all(it["metadata"]["labels"]["app.kubernetes.io/part-of"] == "liancheng" for it in of("Deployment").values())


# -- one machine --------------------------------------------------------------------------------------------------------


def test_compose_runs_the_real_servers_with_the_settings_of_the_local_ones() -> None:
    services = machine()["services"]
    assert {name: services[name]["image"] for name in ("kafka", "postgres")} == {"kafka": "apache/kafka:4.3.1", "postgres": "postgres:18"}
    assert {"prometheus", "grafana"} <= services.keys()
    assert "fsync=on" in services["postgres"]["command"]
    properties = dict(line.split("=", 1) for line in machine()["configs"]["kafka"]["content"].splitlines())
    assert properties["allow.everyone.if.no.acl.found"] == "false"
    assert properties["advertised.listeners"] == "CLIENT://kafka:9092"


def test_compose_publishes_on_loopback_only_and_keeps_no_secret() -> None:
    text = (CHECKOUT / "deploy" / "compose" / "compose.yaml").read_text()
    for service in machine()["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?\}", text))
    given = dict(line.split("=", 1) for line in secrets.dotenv(lambda: "cd" * 32).splitlines())
    assert wanted == given.keys()


def test_prometheus_scrapes_every_process_under_its_name() -> None:
    (job,) = compose.scrape()["scrape_configs"]
    assert {it["labels"]["process"]: it["targets"] for it in job["static_configs"]} == {
        it.name: [f"{it.name}:{it.port}"] for it in workloads()
    }


def test_fresh_secrets_of_a_cluster_are_valid_and_hold_everything_that_is_asked_for() -> None:
    given = secrets.documents(lambda: "ef" * 32)
    for document in given:
        check(document)
    made = {it["metadata"]["name"] for it in given} | of("KafkaUser").keys()
    asked = {
        reference["name"]
        for document in (*of("Deployment").values(), *of("Job").values())
        for it in document["spec"]["template"]["spec"]["containers"][0]["env"]
        if (reference := it.get("valueFrom", {}).get("secretKeyRef")) and not reference.get("optional")
    }
    assert asked <= made
    assert {role["passwordSecret"]["name"] for role in of("Cluster")[postgres.CLUSTER]["spec"]["managed"]["roles"]} <= made


def test_the_image_is_slim_has_no_rights_and_every_package_is_locked() -> None:
    text = (CHECKOUT / "deploy" / "compose" / "Dockerfile").read_text()
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["python:3.13-slim"] * 2
    assert re.findall(r"^USER (.*)", text, re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in text
    for folder in re.findall(r"^COPY (\w+) \w+$", text, re.MULTILINE):
        assert (CHECKOUT / folder).is_dir()


# -- preparing ----------------------------------------------------------------------------------------------------------


def test_preparing_takes_all_passwords_of_a_kind_or_none() -> None:
    here = machine()["services"]["prepare"]["environment"]
    of_roles, of_users = passwords(here)
    assert (of_roles.keys(), of_users.keys()) == (set(ROLES), set(KAFKA_USERS))
    assert reading.read(Preparing, here).kafka == "kafka:9092"
    job = of("Job")["prepare"]["spec"]["template"]["spec"]["containers"][0]["env"]
    assert passwords({it["name"]: it.get("value", "x") for it in job}) == ({}, {})
    with pytest.raises(WrongSetting, match="LIANCHENG_DATABASE_PASSWORD_GATEWAY"):
        passwords({name: value for name, value in here.items() if not name.endswith("_GATEWAY")})


def test_a_recovery_waits_until_somebody_asks_for_it() -> None:
    job = of("Job")["recover"]["spec"]
    assert job["suspend"]
    assert {it["name"] for it in job["template"]["spec"]["containers"][0]["env"]} >= {"LIANCHENG_HUB_KEY", "LIANCHENG_KAFKA"}


@pytest.mark.servers
@pytest.mark.slow
def test_kafka_itself_takes_what_compose_hands_to_it(tmp_path: Path) -> None:
    """Its own tool formats a folder with these settings and this cluster id, the administrator in it; a second time it leaves it alone."""
    server = broker.Broker(tmp_path, Path(os.environ.get("LIANCHENG_CACHE") or CHECKOUT / ".local") / "kafka-jars", 1, 2, "")
    content = machine()["configs"]["kafka"]["content"].replace("/var/lib/kafka/data", str(tmp_path / "data"))
    server.properties.write_text(content.replace("@ADMIN@", "secret").replace("@CONTROLLER@", "secret"))
    (start,) = [word for word in machine()["services"]["kafka"]["entrypoint"] if "kafka-storage.sh" in word]
    (words,) = re.findall(r"kafka-storage\.sh (.*?) -c /tmp/server\.properties --add-scram", start)
    admin = f"{broker.MECHANISM}=[name={broker.ADMIN},password=secret]"
    for _ in range(2):
        line = [*server.java(), "kafka.tools.StorageTool", *words.split(), "-c", str(server.properties), "--add-scram", admin]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert compose.CLUSTER_ID in (tmp_path / "data" / "meta.properties").read_text()
