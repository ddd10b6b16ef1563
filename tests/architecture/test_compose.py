"""The production compose file, read by a parser, because no Docker engine runs where the checks run."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from django.conf import settings

from icse.embedded.bootstrap import EXTENSIONS
from icse.roles import ROLES

ROOT: Final = Path(settings.BASE_DIR)
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OWN: Final = sorted(name for name, service in SERVICES.items() if "build" in service)
SERVING: Final = sorted(set(SERVICES) - {"migrate"})  # `migrate` ends when its work is done

_VARIABLE: Final = re.compile(r"\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")
_SECRET: Final = re.compile(r"SECRET|PASSWORD|KEY|TOKEN")


def _strings(node: object) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return [str(node)]


def test_every_part_of_the_platform_is_there() -> None:
    expected = {
        "nginx",
        "web",
        "ws",
        "worker",
        "decoder",
        "analyzer",
        "interactive",
        "beat",
        "audit",
        "postgres",
        "valkey",
    }
    assert set(SERVING) == expected


@pytest.mark.parametrize("name", SERVING)
def test_service_has_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_named_volumes_and_networks_are_declared(name: str) -> None:
    sources = [volume.split(":")[0] for volume in SERVICES[name].get("volumes", [])]
    assert {source for source in sources if not source.startswith(".")} <= set(COMPOSE["volumes"])
    assert set(SERVICES[name].get("networks", [])) <= set(COMPOSE["networks"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_waits_for_existing_ones(name: str) -> None:
    awaited: dict[str, dict[str, str]] = SERVICES[name].get("depends_on", {})
    assert set(awaited) <= set(SERVICES)
    for other, condition in awaited.items():
        wanted = "service_completed_successfully" if other == "migrate" else "service_healthy"
        assert condition["condition"] == wanted


def test_no_secret_has_a_default() -> None:
    used = [match for text in _strings(COMPOSE) for match in _VARIABLE.finditer(text)]
    secrets = [match for match in used if _SECRET.search(match["name"])]
    assert len(secrets) > 10
    assert [match[0] for match in secrets if not match["rest"].startswith(":?")] == []


def test_no_password_is_written_out() -> None:
    addresses = [text for text in _strings(COMPOSE) if "://" in text and "@" in text]
    assert addresses
    for address in addresses:
        assert re.search(r"://\w*:\$\{\w+:\?[^}]*\}@", address), address


@pytest.mark.parametrize("name", OWN)
def test_own_service_runs_without_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"nginx"}))
def test_only_nginx_has_ports(name: str) -> None:
    assert "ports" not in SERVICES[name]


def test_what_reads_files_has_neither_network_nor_data_nor_secrets() -> None:
    decoder = SERVICES["decoder"]
    assert decoder["network_mode"] == "none"
    assert "networks" not in decoder
    assert decoder["volumes"] == ["decoder:/run/decoder"]
    assert "environment" not in decoder


@pytest.mark.parametrize("name", ["analyzer", "worker", "interactive"])
def test_worker_has_files_read_by_the_decoder(name: str) -> None:
    socket = SERVICES[name]["environment"]["DECODER_SOCKET"]
    assert SERVICES["decoder"]["command"][-1] == socket
    assert "decoder:/run/decoder" in SERVICES[name]["volumes"]
    assert "DECODER_SANDBOX" not in SERVICES[name]["environment"]


@pytest.mark.parametrize("name", ["analyzer", "worker", "interactive", "postgres", "valkey"])
def test_what_holds_evidence_has_no_way_out(name: str) -> None:
    assert SERVICES[name]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_every_queue_has_a_worker() -> None:
    served = {
        queue
        for service in SERVICES.values()
        for argument in service.get("command", [])
        if argument.startswith("--queues=")
        for queue in argument.removeprefix("--queues=").split(",")
    }
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert served == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_image_holds_every_room() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert rooms >= {"icse", "accounts", "evidence"}
    assert [
        room for room in rooms | {"static", "templates"} if f"COPY {room} {room}\n" not in dockerfile
    ] == []
    assert dockerfile.rstrip().endswith("USER icse")


def test_database_is_made_as_the_embedded_one_is() -> None:
    script = (ROOT / "deploy" / "postgres-init.sh").read_text(encoding="utf-8")
    for extension in EXTENSIONS:
        assert f"CREATE EXTENSION IF NOT EXISTS {extension};" in script
    for role in ROLES:
        assert f"CREATE ROLE icse_{role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS" in script
    for role in ("app", "engine"):
        assert f"GRANT icse_{role} TO icse_owner WITH INHERIT FALSE, SET TRUE;" in script


def test_nginx_leads_to_services_that_exist() -> None:
    configuration = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for upstream in re.findall(r"server (\w+):8000;", configuration):
        assert "nginx" not in upstream
        assert upstream in SERVICES
    assert configuration.count("{") == configuration.count("}")


def test_pieces_of_the_page_fit_through_nginx() -> None:
    script = (ROOT / "static/js/upload/piece_size.js").read_text(encoding="utf-8")
    configuration = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    sent = re.search(r"const LARGEST = (\d+) \* 1024 \* 1024;", script)
    taken = re.search(r"location /api/v1/uploads/ \{\s+client_max_body_size (\d+)m;", configuration)
    assert sent
    assert taken
    assert 2 * int(sent[1]) <= int(taken[1])


def test_headers_to_the_platform_are_set_in_one_place() -> None:
    """A location of nginx that sets one header of its own sends none of the server's: no host, no scheme."""
    lines = (ROOT / "deploy/nginx.conf").read_text().splitlines()
    depths = {len(line) - len(line.lstrip()) for line in lines if "proxy_set_header" in line}
    assert depths == {8}
