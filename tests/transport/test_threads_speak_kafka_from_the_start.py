"""Two threads that are the first to read an answer of Kafka's: kafka-python 3.0.12 may lose its class, so one thread makes them all."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RACE = """
import gc
import sys
import threading
from types import SimpleNamespace
import {first}
from kafka.protocol.api_header import ResponseClassRegistry
from kafka.protocol.api_message import ApiMessage

answers = [it for it in ApiMessage.__subclasses__() if not it.is_request()]
headers = [
    SimpleNamespace(request_api_key=it.API_KEY, request_api_version=version)
    for it in answers for version in range(it.min_version, it.max_version + 1)
]

def read(header):
    try:
        ResponseClassRegistry.get_response_class(header)
    except ReferenceError:
        return False
    return True

def run():
    for header in headers:
        start.wait()
        read(header)

start = threading.Barrier(4)
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
gc.collect()
print(len(headers), sum(not read(header) for header in headers))
"""


def lost(first: str) -> int:
    """How many kinds of answers cannot be read any more."""
    done = subprocess.run([sys.executable, "-c", RACE.format(first=first)], cwd=ROOT, capture_output=True, text=True, check=True)
    kinds, unreadable = map(int, done.stdout.split())
    assert kinds > 200
    return unreadable


@pytest.mark.parametrize("module", ["events.transport.kafka", "events.client.publish.kafka", "events.client.follow.topic"])
def test_no_answer_is_lost(module: str) -> None:
    assert lost(module) == 0


@pytest.mark.slow
def test_with_the_library_alone_some_are() -> None:
    """When this fails kafka-python has mended it, and `_learn` may go."""
    assert any(lost("kafka") for _ in range(20))
