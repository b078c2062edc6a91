"""The list as a FollowTheMoney dataset: entities that the library takes, versions that can be followed by deltas, every read audited."""

import json
import os
import subprocess
from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.services.regulator.conftest import PURPOSE, Office
from tests.services.regulator.dossiers import BEGAN, BLACKLISTED, FREED, HOSTILE, LISTED, TRADER

MODEL = json.loads((Path(__file__).parent / "ftm_model.json").read_text())["schemata"]
INDEX, ENTITIES, DELTA = (f"/v1/exports/ftm/{name}" for name in ("index.json", "entities.ftm.json", "delta.json"))


def lines(office: Office, address: str, **params: str) -> list[dict[str, Any]]:
    """Of an address that the hub gave, which names its purpose itself."""
    stated = None if "purpose" in urlsplit(address).query else PURPOSE
    answer = office.client.get(address, params=params or None, headers=office.headers(purpose=stated))
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.content.splitlines()]


def ids(*subjects: object) -> set[str]:
    return {name for subject in subjects for name in (f"liancheng-{subject}", f"liancheng-{subject}-listing")}


def test_everybody_on_the_list_is_an_entity_with_a_sanction(office: Office) -> None:
    found = {entity["id"]: entity for entity in lines(office, ENTITIES)}
    assert found.keys() == ids(BLACKLISTED, TRADER, LISTED)
    company, listing = found[f"liancheng-{BLACKLISTED}"], found[f"liancheng-{BLACKLISTED}-listing"]
    assert (company["schema"], company["caption"], company["target"]) == ("Company", "云帆美妆有限公司", True)
    assert company["properties"]["uscCode"] == ["913100007109328220"]
    assert company["properties"]["topics"] == ["debarment"]
    assert listing["properties"]["entity"] == [company["id"]]
    assert listing["properties"]["endDate"] == ["2027-05-19"]
    assert listing["properties"]["provisions"] == ["limit until 2027-05-19"]


def test_a_sole_trader_has_no_name(office: Office) -> None:
    trader = next(entity for entity in lines(office, ENTITIES) if entity["id"] == f"liancheng-{TRADER}")
    assert trader["schema"] == "LegalEntity"
    assert "name" not in trader["properties"]


def test_every_property_is_one_of_the_model(office: Office) -> None:
    for entity in lines(office, ENTITIES):
        assert entity["properties"].keys() <= MODEL[entity["schema"]].keys()
        assert all(isinstance(text, str) and text for texts in entity["properties"].values() for text in texts)


def test_the_library_takes_every_entity(office: Office) -> None:
    library = os.environ.get("FOLLOWTHEMONEY_PYTHON")
    if not library:
        pytest.skip("no followthemoney, which needs ICU to be built (`FOLLOWTHEMONEY_PYTHON=$(.ci/followthemoney) make test` has it)")
    entities = lines(office, ENTITIES)
    given = "".join(json.dumps(entity) + "\n" for entity in entities)
    done = subprocess.run(
        [library, "-P", Path(__file__).parent / "taken_by_the_library.py"], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [sorted(entity["properties"]) for entity in entities]


def test_the_index_names_the_version_and_its_checksum(office: Office) -> None:
    index = office.get(INDEX).json()
    content = office.client.get(index["entities_url"], headers=office.headers(purpose=None)).content
    assert index["resources"][0]["checksum"] == sha1(content).hexdigest()
    assert index["entity_count"] == len(content.splitlines()) == 6
    assert office.get("/v1/exports/ftm/catalog.json").json()["datasets"] == [index]


def test_a_reader_who_follows_the_deltas_has_what_a_reader_of_the_whole_has(office: Office) -> None:
    since = f"{BEGAN - timedelta(days=1):%Y%m%d%H%M%S}-hub"
    assert lines(office, ENTITIES, version=since) == []
    copy: dict[str, Any] = {}
    versions = office.get("/v1/exports/ftm/delta.json").json()["versions"]
    assert list(versions) == sorted(versions)
    for version, address in versions.items():
        for change in lines(office, address):
            if change["op"] == "DEL":
                del copy[change["entity"]["id"]]
            else:
                assert (change["op"] == "MOD") == (change["entity"]["id"] in copy)
                copy[change["entity"]["id"]] = change["entity"]
        whole = {entity["id"]: entity for entity in lines(office, ENTITIES, version=version)}
        assert copy == {id: whole[id] for id in copy}
        assert whole.keys() - copy.keys() <= ids(FREED, BLACKLISTED, TRADER, LISTED)


@pytest.mark.parametrize("version", ["yesterday", "20991231000000-hub"])
def test_a_version_that_was_not_given_out_is_refused(office: Office, version: str) -> None:
    answer = office.get(ENTITIES, version=version)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/version"


@pytest.mark.parametrize("path", [INDEX, ENTITIES, DELTA])
def test_a_read_names_its_purpose_and_is_audited_before_it_is_answered(office: Office, path: str) -> None:
    assert office.get(path, purpose=None).status_code == 422
    assert office.get(path, key="lc_tmall_a2_secret").status_code == 403
    assert office.audited() == []
    assert office.get(path).status_code == 200
    assert {row[:2] for row in office.audited()} == {("samr", PURPOSE)}
    with office.without_audit():
        assert office.get(path).status_code >= 500


def test_markup_in_a_name_stays_text(office: Office) -> None:
    assert any(HOSTILE in entity["properties"].get("name", ()) for entity in lines(office, ENTITIES))
