"""Certificates of a site's own servers: whether the authorities are there and still hold, and whether the brokers prove their names."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from psycopg.conninfo import conninfo_to_dict

from deploy.doctor.finding import Finding
from deploy.doctor.patient import Patient

AHEAD = timedelta(days=30)
"""In which whoever keeps certificates can be expected to act."""
PATIENCE = 2.0


def authorities(patient: Patient) -> Iterator[Finding]:
    """Each file that says whom to believe. One that cannot be read keeps processes from starting, or servers from being believed."""
    for what, file in _files(patient).items():
        try:
            held = ssl.create_default_context(cafile=file).get_ca_certs()
        except (OSError, ssl.SSLError) as error:
            yield _missing(f"{what} {file}", str(error))
            continue
        # While an authority is replaced the file holds two; the younger one counts.
        ends = max((_moment(str(one["notAfter"])) for one in held), default=None)
        if ends is not None and ends < patient.now + AHEAD:
            yield _ending(f"{what} {file}", ends, patient.now)


def brokers(patient: Patient) -> Iterator[Finding]:
    """Whether the first of them proves its name, and for how long. One that is not there at all is found elsewhere."""
    kafka = patient.reach.kafka
    if not kafka.ca:
        return
    host, _, port = kafka.bootstrap.split(",")[0].rpartition(":")
    try:
        context = ssl.create_default_context(cafile=kafka.ca)
        with (
            socket.create_connection((host, int(port)), timeout=PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=host) as told,
        ):
            ends = _moment(str((told.getpeercert() or {})["notAfter"]))
    except ssl.SSLError as error:
        yield _missing(f"Kafka {host}:{port}", str(error))
    except OSError:
        return
    else:
        if ends < patient.now + AHEAD:
            yield _ending(f"Kafka {host}:{port}", ends, patient.now)


def _files(patient: Patient) -> dict[str, str]:
    found = {
        "KAFKA_CA": patient.reach.kafka.ca,
        "DATABASE_URL sslrootcert": str(conninfo_to_dict(patient.reach.owner).get("sslrootcert") or ""),
        "LIANCHENG_TIMESTAMP_ANCHORS": patient.settings.timestamp_anchors,
    }
    return {what: file for what, file in found.items() if file and file != "system"}


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _missing(what: str, why: str) -> Finding:
    return Finding(
        "certificate-missing",
        True,
        f"{what} 不可信：{why}",
        f"{what} cannot be believed: {why}",
        "放回正确的证书，再重启用它的进程；不要关掉校验",
        "Put the right certificate there and restart the processes that use it; never switch the check off",
        "certificate-missing",
    )


def _ending(what: str, ends: datetime, now: datetime) -> Finding:
    return Finding(
        "certificate-ending",
        ends < now,
        f"{what} 的证书到 {ends:%Y-%m-%d} 为止",
        f"The certificate of {what} ends on {ends:%Y-%m-%d}",
        "现在就换新：到期之后没有进程连得上",
        "Renew it now: after that day no process can connect",
        "certificate-missing",
    )
