"""What can be said of the files alone: weight, types, and that nothing needs a looser policy."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.widget.weigh import ALL_AT_MOST, LAUNCHER, LAUNCHER_AT_MOST, WIDGET, modules, weight

HERE = Path(__file__).parent
TSC = HERE / "node_modules/typescript/bin/tsc"


def test_the_launcher_weighs_at_most_5_kb_and_all_at_most_30() -> None:
    assert weight(LAUNCHER) <= LAUNCHER_AT_MOST
    assert sum(map(weight, modules())) <= ALL_AT_MOST


@pytest.mark.skipif(
    not TSC.exists() or not shutil.which("node"),
    reason="typescript is not installed: npm ci in tests/widget",
)
def test_the_types_hold() -> None:
    checked = subprocess.run(
        ["node", TSC, "-p", HERE / "tsconfig.json"], capture_output=True, text=True, check=False
    )
    assert checked.stdout == ""


def test_no_script_or_style_is_inline() -> None:
    for page in WIDGET.glob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), page.name
    for module in modules():
        assert not re.search(r"innerHTML|insertAdjacentHTML|\beval\(", module.read_text("utf-8"))


def test_every_documented_name_exists() -> None:
    """Attributes, properties, parts and events of the guide are those of the code, and none is missing."""
    guide = (WIDGET.parent / "docs/widget.md").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in modules())
    parts = set(re.findall(r'part[":,]+ ?"([\w-]+)"', code))
    assert parts == set(re.findall(r"^\| `::part\(([\w-]+)\)`", guide, re.M))
    properties = set(re.findall(r"var\((--dalil-[\w-]+)", code))
    assert properties == set(re.findall(r"^\| `(--dalil-[\w-]+)`", guide, re.M))
    events = {
        f"dalil-{name}"
        for name in re.findall(r'#emit\("(\w+)"', (WIDGET / "chat/panel.js").read_text("utf-8"))
    }
    assert events == set(re.findall(r"^\| `(dalil-\w+)`", guide, re.M))
