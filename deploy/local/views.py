"""Views whose tables an earlier version of the hub made are built again before anybody reads or fills them."""

import subprocess
import sys

import psycopg

from deploy.local.access.secrets import Secrets
from deploy.local.processes import PROJECTIONS, Reach, environment
from deploy.local.settings import CHECKOUT, Settings
from deploy.local.tell import Trouble
from projections.catalogue import VIEWS


def outdated(owner: str) -> list[str]:
    """Names of the views whose live tables have another shape than this version's; a view that has none yet is not one."""
    with psycopg.connect(owner, autocommit=True) as connection:
        live = connection.execute(
            "SELECT v.name, obj_description(n.oid, 'pg_namespace') FROM view v"
            " JOIN pg_namespace n ON n.nspname = v.name || '_' || v.generation ORDER BY v.name"
        ).fetchall()
    return [name for name, shape in live if name in VIEWS and VIEWS[name].shape != shape]


def rebuild(view: str, settings: Settings, secrets: Secrets, reach: Reach) -> str:
    """What it says about it: one line of JSON. In a process of its own, with the rights of the one that hosts the views."""
    variables = environment(PROJECTIONS, settings, secrets, reach)
    command = [sys.executable, "-m", "projections.rebuild", view]
    done = subprocess.run(command, env=variables, cwd=CHECKOUT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()[-1]
        raise Trouble(f"视图 {view} 未能重建：{why}", f"the view {view} was not built again: {why}")
    return done.stdout.strip()
