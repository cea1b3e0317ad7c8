"""The files of `deploy/`, read by the tools that will read them; `make lint-deploy` brings those."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from launch import proxy
from launch.draw_secrets import draw
from settings import ROOT

DEPLOY = ROOT / "deploy"
TOOLS = ROOT / ".tools" / "deploy" / "bin"
KUSTOMIZATIONS = ("kubernetes", "kubernetes/migrate", "kubernetes/backup")


def tool(name: str) -> str:
    """Where a tool is; without it the test is skipped."""
    found = shutil.which(name, path=str(TOOLS)) or shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}: `make lint-deploy` brings it")
    return found


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:

    return subprocess.run(command, capture_output=True, text=True, env=os.environ | variables)


def haproxy() -> str:
    found = proxy.find_haproxy()
    if found is None:
        pytest.skip("no HAProxy: `apt-get install haproxy`")
    return found


def test_haproxy_takes_the_configuration_for_one_machine(tmp_path: Path) -> None:
    written = proxy.configuration(
        public="127.0.0.1:8000",
        believed="",
        turns="127.0.0.1:5005",
        calls="127.0.0.1:5055",
        control=tmp_path / "control.sock",
        turn_seconds=12,
        web=[proxy.Server("web-1", 8001)],
        rasa=[proxy.Server("rasa-blue-1", 5006), proxy.Server("rasa-green-1", 5008, resting=True)],
        actions=[proxy.Server("actions-1", 5056)],
    )
    (tmp_path / "haproxy.cfg").write_text(written)
    checked = run(haproxy(), "-c", "-f", str(tmp_path / "haproxy.cfg"))
    assert checked.returncode == 0, checked.stderr
    assert "rasa-green-1 127.0.0.1:5008 disabled" in written


@pytest.mark.parametrize("tls", [False, True])
def test_haproxy_takes_the_configuration_for_containers(tmp_path: Path, tls: bool) -> None:
    variables = {"DALIL_DOMAIN": "", "DALIL_OUTER_PROXIES": "127.0.0.1 10.0.0.0/8"}
    if tls:
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        run(
            *(tool("openssl"), "req", "-x509", "-newkey", "ec", "-nodes", "-subj", "/CN=dalil"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-keyout", str(key), "-out", str(certificate)),
        )
        variables["DALIL_TLS"] = str(tmp_path / "both.pem")
        (tmp_path / "both.pem").write_text(certificate.read_text() + key.read_text())
    checked = run(haproxy(), "-c", "-f", str(DEPLOY / "proxy" / "cluster.cfg"), **variables)
    assert checked.returncode == 0, checked.stderr


def test_the_dockerfile_is_clean() -> None:
    checked = run(tool("hadolint"), str(DEPLOY / "Dockerfile"))
    assert checked.returncode == 0, checked.stdout


def test_the_compose_file_is_valid() -> None:
    checked = run(
        tool("check-jsonschema"),
        *("--builtin-schema", "vendor.compose-spec"),
        str(DEPLOY / "compose.yml"),
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("folder", KUSTOMIZATIONS)
def test_kubernetes_would_take_the_manifests(folder: str, tmp_path: Path) -> None:
    built = run(tool("kubectl"), "kustomize", str(DEPLOY / folder))
    assert built.returncode == 0, built.stderr
    manifests = tmp_path / "all.yaml"
    manifests.write_text(built.stdout)
    checked = run(tool("kubernetes-validate"), "--strict", str(manifests))
    assert checked.returncode == 0, checked.stdout


def compose() -> dict:  # type: ignore[type-arg]
    loader = YAML(typ="safe")
    return loader.load((DEPLOY / "compose.yml").read_text("utf-8"))


def pods() -> list[dict]:  # type: ignore[type-arg]
    """Every pod of the manifests, with the name of what it belongs to."""
    found = []
    for path in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        for document in YAML(typ="safe").load_all(path.read_text("utf-8")):
            spec = (document or {}).get("spec") or {}
            spec = spec.get("jobTemplate", {}).get("spec", spec)
            if "containers" in spec.get("template", {}).get("spec", {}):
                found.append({"name": document["metadata"]["name"], **spec["template"]["spec"]})
    return found


def test_rasa_and_actions_are_on_the_sealed_network_alone() -> None:
    told = compose()
    assert told["networks"]["inner"]["internal"] is True
    for name in ("rasa-blue", "rasa-green", "actions", "postgres", "redis"):
        assert set(told["services"][name]["networks"]) == {"inner"}, name
    published = [name for name, each in told["services"].items() if "ports" in each]
    assert published == ["proxy"]


def test_every_image_from_elsewhere_is_pinned() -> None:
    images = [each["image"] for each in compose()["services"].values()]
    images += [c["image"] for pod in pods() for c in pod["containers"]]
    foreign = [image for image in images if not image.startswith("dalil-")]
    assert foreign
    for image in foreign:
        assert image.rpartition(":")[2].count(".") >= 1, image


def test_no_container_of_ours_runs_as_root_or_writes_to_its_image() -> None:
    assert {pod["name"] for pod in pods()} == {
        *("web", "rasa", "actions", "proxy", "migrate", "backup")
    }
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, pod["name"]
        assert pod["automountServiceAccountToken"] is False, pod["name"]
        for container in pod["containers"]:
            limits = container["securityContext"]
            assert limits["readOnlyRootFilesystem"] is True, pod["name"]
            assert limits["capabilities"] == {"drop": ["ALL"]}, pod["name"]
    for name, service in compose()["services"].items():
        if name != "postgres":
            assert service["read_only"] is True, name


def test_each_process_is_given_the_secrets_it_needs_and_no_other() -> None:
    """Rasa cannot open the contacts, the action server cannot speak to Rasa."""
    needed = {
        "web": {"database_url", "dalil_redis_url", "dalil_room_secret", "dalil_contact_keys"},
        "rasa": {"dalil_tracker_url", "dalil_redis_url", "dalil_room_secret"},
        "actions": {"database_url"},
    }
    services = compose()["services"]
    for name, secrets in needed.items():
        service = services["rasa-blue" if name == "rasa" else name]
        assert set(service["secrets"]) == secrets, name
        pod = next(pod for pod in pods() if pod["name"] == name)
        volume = next(v for v in pod["volumes"] if v["name"] == "secrets")
        assert {item["key"] for item in volume["secret"]["items"]} == secrets, name


def test_every_secret_of_the_files_is_drawn(tmp_path: Path) -> None:
    written = draw(tmp_path / "secrets")
    assert set(written) == set(compose()["secrets"])
    before = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert draw(tmp_path / "secrets") == []
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == before
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_drawn_secrets_are_read_as_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from settings import settings

    draw(tmp_path / "secrets", "db.example.ma")
    monkeypatch.setenv("DALIL_SECRETS_DIR", str(tmp_path / "secrets"))
    for given in ("DATABASE_URL", "DALIL_ROOM_SECRET"):
        monkeypatch.delenv(given, raising=False)
    settings.cache_clear()
    try:
        assert settings().database_url.endswith("@db.example.ma:5432/dalil")
        assert len(settings().contact_keys) == 1
        assert len(settings().room_secret.get_secret_value()) == 64
    finally:
        settings.cache_clear()
