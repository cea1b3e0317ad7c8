"""The alerts and the dashboard ask for metrics that exist; each alert has its runbook."""

import json
import re
import shutil
import subprocess

import pytest
from ruamel.yaml import YAML

from observability.metrics import registry
from settings import ROOT

WATCH = ROOT / "deploy" / "watch"
NAME = re.compile(r"\b(?:dalil|process)_\w+")
EXISTING = {
    name for metric in registry.collect() for name in (metric.name, f"{metric.name}_total")
} | {f"{metric.name}_bucket" for metric in registry.collect() if metric.type == "histogram"}


def alerts() -> list[dict[str, object]]:
    """Every alert rule."""
    groups = YAML(typ="safe").load((WATCH / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_alerts_and_dashboard_ask_for_metrics_that_exist() -> None:
    panels = json.loads((WATCH / "dashboard.json").read_text("utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    asked += [str(rule["expr"]) for rule in alerts()]
    named = {name for expression in asked for name in NAME.findall(expression)}
    assert named
    assert named <= EXISTING


def test_every_alert_has_its_runbook() -> None:
    for rule in alerts():
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), rule["alert"]  # type: ignore[index]


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool: apt-get install prometheus")
def test_prometheus_accepts_the_alerts() -> None:
    checked = subprocess.run(["promtool", "check", "rules", str(WATCH / "alerts.yml")])
    assert checked.returncode == 0
