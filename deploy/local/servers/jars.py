"""Apache Kafka's released jars: fetched once, each checked against the committed list of hashes."""

import hashlib
import os
import ssl
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import jgo
from jgo.maven import MavenContext
from requests.exceptions import RequestException, SSLError

from deploy.local.tell import Say, Trouble

# The broker's own tools jar is left out: it would bring Kafka Connect and a web server. log4j is joined on its own:
# resolved together with Kafka it would pull Kafka's libraries down to the versions of its own test suite.
ROOTS = ("org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")
LOCK = Path(__file__).with_name("kafka-jars.lock")
ATTEMPTS = 3


def locked() -> dict[str, str]:
    """Maven coordinates `group:artifact:version` to sha256, as committed."""
    lines = (line.split() for line in LOCK.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return dict(lines)


def ensure(folder: Path, say: Say) -> None:
    """Afterwards `folder` holds the locked jars, whole and untouched. Only what is missing is fetched; may be called twice at once."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = locked()
    missing = [coordinates for coordinates, digest in wanted.items() if not _holds(folder / _file(coordinates), digest)]
    if not missing:
        return
    say(f"Kafka：首次运行，下载 {len(missing)} 个 jar（约 44 MB）", f"Kafka: first run, fetching {len(missing)} jars (about 44 MB)")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch, ThreadPoolExecutor(8) as pool:
        context = MavenContext(repo_cache=Path(scratch), local_repos=[])
        fetched = [pool.submit(fetch, context, coordinates, wanted[coordinates], folder) for coordinates in missing]
        for count, done in enumerate(as_completed(fetched), 1):
            done.result()
            if count % 10 == 0 or count == len(missing):
                say(f"  {count}/{len(missing)}")


def classpath(folder: Path) -> str:
    """Only what is locked: a jar of an earlier lock may still lie in the folder."""
    return os.pathsep.join(str(folder / _file(coordinates)) for coordinates in locked())


def relock() -> None:
    """Resolve the roots anew and write the list of hashes; for whoever moves to another release of Kafka."""
    found: dict[str, str] = {}
    for root in ROOTS:
        for artifact in jgo.resolve(root):
            coordinates = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            found.setdefault(f"{artifact.groupId}:{artifact.artifactId}", f"{coordinates} {_sha256(artifact.resolve())}")
    heading = "# Kafka's jars and the sha256 of each; written by `make lock`.\n"
    LOCK.write_text(heading + "".join(line + "\n" for line in sorted(found.values())), encoding="utf-8")


def fetch(context: MavenContext, coordinates: str, digest: str, folder: Path) -> None:
    group, artifact, version = coordinates.split(":")
    wanted = context.project(group, artifact).at_version(version).artifact()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            arrived = wanted.resolve()
            break
        except (RequestException, RuntimeError, OSError) as error:
            if isinstance(error, SSLError):
                _trust_what_the_machine_trusts()
            if wanted.cached_path is not None:
                wanted.cached_path.unlink(missing_ok=True)
            if attempt == ATTEMPTS:
                raise Trouble(f"无法下载 {coordinates}：{error}", f"cannot fetch {coordinates}: {error}") from error
    if _sha256(arrived) != digest:
        raise Trouble(f"{coordinates} 的 sha256 与 {LOCK.name} 不符", f"{coordinates}: its sha256 is not the one in {LOCK.name}")
    arrived.replace(folder / _file(coordinates))


def _trust_what_the_machine_trusts() -> None:
    """Beside the certificates that come with requests, which lack the root of a company's own proxy."""
    store = ssl.get_default_verify_paths()
    known = store.cafile or store.capath
    if known is not None:
        os.environ.setdefault("REQUESTS_CA_BUNDLE", known)


def _file(coordinates: str) -> str:
    _, artifact, version = coordinates.split(":")
    return f"{artifact}-{version}.jar"


def _holds(jar: Path, digest: str) -> bool:
    return jar.is_file() and _sha256(jar) == digest


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
