"""The embedded Valkey: a Unix socket in a closed folder, a password, and nothing evicted or forgotten."""

from contextlib import closing
from pathlib import Path
from typing import Final

import redis

from icse.embedded.account import launching_account, own_folder
from icse.embedded.layout import Layout
from icse.embedded.programs import valkey_server
from icse.embedded.service import Service

SECRET_NAMES: Final = ("valkey",)


def valkey_service(layout: Layout) -> Service:
    """Return the broker of this installation, its configuration written anew."""
    for folder in (layout.valkey_home, layout.valkey_socket.parent):
        own_folder(folder, launching_account())
    return Service(
        name="valkey",
        command=[str(valkey_server()), str(_write_configuration(layout))],
        log=layout.log_dir / "valkey.log",
        is_ready=lambda: _answers(layout),
        description=f"Valkey in {layout.valkey_home}",
    )


def _write_configuration(layout: Layout) -> Path:
    lines = {
        "port": "0",
        "unixsocket": str(layout.valkey_socket),
        "unixsocketperm": "700",
        "requirepass": layout.secrets.read("valkey"),
        "dir": str(layout.valkey_home),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    configuration = layout.valkey_home / "valkey.conf"
    # In a file and not on the command line, where every user of the machine could read the password.
    configuration.touch(mode=0o600)
    configuration.write_text("".join(f"{name} {_quoted(value)}\n" for name, value in lines.items()), "utf-8")
    return configuration


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _answers(layout: Layout) -> bool:
    password = layout.secrets.read("valkey")
    client = redis.Redis(unix_socket_path=str(layout.valkey_socket), password=password, socket_timeout=2)
    with closing(client):
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
