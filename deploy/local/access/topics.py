"""Topics, users and rights on Kafka, as `events.transport.topics` says they have to be."""

from collections.abc import Iterable, Mapping

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from deploy.local.tell import Trouble
from events.transport.topics import HUB_GRANTS, HUB_TOPICS, Grant, Topic

MECHANISM = "SCRAM-SHA-512"


def prepare(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    """The hub's own topics, users and rights. Harmless when they are there; a pinned number of partitions is checked."""
    set_passwords(admin, passwords)
    create(admin, HUB_TOPICS)
    grant(admin, HUB_GRANTS)


def create(admin: KafkaAdminClient, topics: Iterable[Topic]) -> None:
    wanted = {topic.name: topic for topic in topics}
    known = {topic["name"]: topic for topic in admin.describe_topics() if topic["name"] in wanted}
    for name, found in known.items():
        if len(found["partitions"]) != wanted[name].partitions:
            raise Trouble(
                f"主题 {name} 有 {len(found['partitions'])} 个分区，应为 {wanted[name].partitions}：make repartition",
                f"topic {name} has {len(found['partitions'])} partitions instead of {wanted[name].partitions}: make repartition",
            )
    missing = {name: {"num_partitions": topic.partitions, "configs": topic.config} for name, topic in wanted.items() if name not in known}
    if missing:
        admin.create_topics(missing, wait_for_metadata=True)


def set_passwords(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    answers = admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(user, MECHANISM, password) for user, password in passwords.items()]
    )
    _all_done(error for error in answers.values() if error is not None)


def grant(admin: KafkaAdminClient, grants: Iterable[Grant]) -> None:
    answers = admin.create_acls([_acl(each) for each in grants])
    _all_done(answers["failed"])


def shut_out(admin: KafkaAdminClient, user: str) -> None:
    """A user that is no more: its rights end at once, also in a session that is open. Harmless when it is gone already."""
    everywhere = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    admin.delete_acls([ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, everywhere)])
    if user in admin.describe_user_scram_credentials():
        admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, MECHANISM)])


def _acl(each: Grant) -> ACL:
    kind = ACLResourcePatternType.PREFIXED if each.prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        principal=f"User:{each.principal}",
        host="*",
        operation=ACLOperation[each.operation],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType[each.resource], each.name, kind),
    )


def _all_done(errors: Iterable[object]) -> None:
    first = next(iter(errors), None)
    if first is not None:
        raise Trouble(f"Kafka: {first}")
