"""A worker without HTTP of its own still says whether it lives, whether it can serve, and what it counts."""

from collections.abc import Iterator

import httpx
import pytest

from events.transport.telemetry import serve_health


class Worker:
    """Says of itself what the test wants."""

    word = "starting"


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def client(worker: Worker) -> Iterator[httpx.Client]:
    server = serve_health("127.0.0.1", 0, lambda: worker.word)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", trust_env=False) as client:
        yield client
    server.shutdown()
    server.server_close()


def test_it_lives_before_it_is_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "starting\n")


@pytest.mark.parametrize("word", ["ready", "degraded"])
def test_it_serves_when_it_has_caught_up_once(client: httpx.Client, worker: Worker, word: str) -> None:
    worker.word = word
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, f"{word}\n")


def test_it_says_why_it_cannot_serve(client: httpx.Client, worker: Worker) -> None:
    worker.word = "the log is of another epoch"
    assert client.get("/readyz").text == "the log is of another epoch\n"


def test_metrics_are_in_the_text_format(client: httpx.Client) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "# HELP liancheng_relay_age_seconds " in answer.text
    assert "process_resident_memory_bytes" in answer.text


def test_a_counter_of_closed_labels_is_there_from_the_start(client: httpx.Client) -> None:
    assert 'liancheng_refusals_total{kind="poison"}' in client.get("/metrics").text


def test_nothing_else_is_served(client: httpx.Client) -> None:
    assert client.get("/").status_code == 404
    assert client.post("/healthz").status_code == 501


def test_a_taken_port_is_refused_at_once(client: httpx.Client) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        serve_health("127.0.0.1", client.base_url.port or 0, lambda: "ready")
