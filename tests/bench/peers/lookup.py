"""Peer of the lookups: FastAPI asks PostgreSQL through a psycopg pool for the one row that its primary key names.

As the documentation of FastAPI and psycopg_pool shows it, on the hub's own HTTP server (granian, uvloop, one process), and kinder
than a real one in that it checks no key and writes no metric.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from granian import Granian
from granian.constants import Interfaces
from psycopg_pool import AsyncConnectionPool

CONNECTIONS = 4

TABLE = """
CREATE TABLE standing (
    platform text NOT NULL, account text NOT NULL, subject_id uuid NOT NULL, tier text NOT NULL, contested boolean NOT NULL,
    measures jsonb NOT NULL, score integer, grade text, reasons jsonb NOT NULL, since date, until date, as_of timestamptz NOT NULL,
    PRIMARY KEY (platform, account)
)
"""
SELECT = """
SELECT subject_id, tier, contested, measures, score, grade, reasons, since, until, as_of FROM standing WHERE platform = %s AND account = %s
"""
UNKNOWN: tuple[Any, ...] = (None, "none", False, [], None, None, [], None, None, None)
FIELDS = ("subject_id", "tier", "contested", "measures", "score", "grade", "reasons", "since", "until", "as_of")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncConnectionPool(os.environ["ROWS"], min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs={"autocommit": True}) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/v1/standing")
async def standing(request: Request, platform: str, account: str) -> dict[str, Any]:
    async with request.app.state.pool.connection() as conn:
        cursor = await conn.execute(SELECT, (platform, account))
        row = await cursor.fetchone()
    return {"known": row is not None, **dict(zip(FIELDS, row or UNKNOWN, strict=True))}


@app.get("/readyz")
async def readyz() -> str:
    return "ready"


if __name__ == "__main__":
    Granian(f"{__spec__.name}:app", address="127.0.0.1", port=int(os.environ["PORT"]), interface=Interfaces.ASGI, log_enabled=False).serve()
