"""Writes the table of panels as Grafana's JSON: `python -m deploy.grafana.dashboard` renews liancheng.json beside this file."""

from pathlib import Path
from typing import Any

import msgspec

from deploy.grafana.panels import ROWS, Panel, Row

FILE = Path(__file__).with_name("liancheng.json")
_WIDTH, _HEIGHT, _COLUMNS = 6, 7, 4
_SOURCE = {"type": "prometheus", "uid": "liancheng"}


def _panel(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": f"{panel.zh} · {panel.en}",
        "datasource": _SOURCE,
        "gridPos": {"x": x, "y": y, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "expr": promql, "legendFormat": legend, "datasource": _SOURCE}
            for n, (promql, legend) in enumerate(panel.lines)
        ],
    }


def _row(row: Row, number: int, y: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": "row",
        "title": f"{row.zh} · {row.en}",
        "collapsed": False,
        "panels": [],
        "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
    }


def dashboard() -> dict[str, Any]:
    """Four panels side by side, row by row."""
    panels: list[dict[str, Any]] = []
    y = 0
    for row in ROWS:
        panels.append(_row(row, len(panels) + 1, y))
        y += 1
        for n, panel in enumerate(row.panels):
            panels.append(_panel(panel, len(panels) + 1, n % _COLUMNS * _WIDTH, y + n // _COLUMNS * _HEIGHT))
        y += -(-len(row.panels) // _COLUMNS) * _HEIGHT
    return {
        "uid": "liancheng",
        "title": "联惩 · Liancheng",
        "tags": ["liancheng"],
        "timezone": "Asia/Shanghai",
        "schemaVersion": 39,
        "version": 1,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "panels": panels,
    }


def rendered() -> bytes:
    return msgspec.json.format(msgspec.json.encode(dashboard()), indent=2) + b"\n"


def main() -> None:
    FILE.write_bytes(rendered())


if __name__ == "__main__":
    main()
