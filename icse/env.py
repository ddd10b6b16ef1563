"""Typed readers of environment variables.

Each reader refuses a bad value with the name of its variable and, unless it may hold a password, the value.
An empty variable counts as unset, because compose files pass unset variables on as empty ones.
"""

import os
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


class BadSetting(ImproperlyConfigured):
    """An environment variable holds something that the platform cannot use."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def required(name: str, reason: str) -> str:
    """Return the variable; raise BadSetting with the reason where it is unset or empty."""
    value = text(name)
    if not value:
        raise BadSetting(name, f"must be set: {reason}")
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable; raise BadSetting for any other word."""
    value = text(name).strip().lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        raise BadSetting(name, f"{value!r} is neither yes (1, true, yes, on) nor no (0, false, no, off)")
    return value in _TRUE


def integer(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number between both bounds, inclusive; raise BadSetting otherwise."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise BadSetting(name, f"{value!r} is not a whole number") from None
    if not minimum <= number <= maximum:
        raise BadSetting(name, f"{number} is not between {minimum} and {maximum}")
    return number


def choice(name: str, options: Sequence[str], default: str) -> str:
    """Return one of the options; raise BadSetting, listing them, for anything else."""
    value = text(name, default)
    if value not in options:
        raise BadSetting(name, f"{value!r} is not one of {', '.join(options)}")
    return value


def items(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return the comma-separated words of the variable, without blanks and empty words."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def networks(name: str, default: Sequence[str] = ()) -> list[IPv4Network | IPv6Network]:
    """Return comma-separated networks such as 10.1.0.0/16; raise BadSetting for what is none."""
    try:
        return [ip_network(word) for word in items(name, default)]
    except ValueError as failure:
        raise BadSetting(name, f"{failure}; name networks such as 10.1.0.0/16, by comma") from None


def path(name: str, default: Path) -> Path:
    """Return an absolute path; raise BadSetting where the variable names an existing file."""
    chosen = Path(text(name) or default).expanduser().absolute()
    if chosen.exists() and not chosen.is_dir():
        raise BadSetting(name, f"{str(chosen)!r} is a file, not a folder")
    return chosen


def file(name: str, default: Path) -> Path:
    """Return an absolute path; raise BadSetting where the variable names an existing folder."""
    chosen = Path(text(name) or default).expanduser().absolute()
    if chosen.is_dir():
        raise BadSetting(name, f"{str(chosen)!r} is a folder, not a file")
    return chosen


def database(name: str, address: str) -> dict[str, str]:
    """Return Django's connection parameters of a PostgreSQL address.

    A Unix socket is written `postgresql://user:password@/name?host=/folder`. The address itself is never
    repeated in an error, because it holds a password. Raises BadSetting naming the variable.
    """
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        raise BadSetting(name, "is not an address") from None
    query = {key: values[-1] for key, values in parse_qs(url.query).items()}
    parameters = {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host") or unquote(url.hostname or ""),
        "PORT": str(port or query.get("port") or ""),
    }
    if url.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(name, "must begin with postgresql://")
    if not parameters["NAME"] or not parameters["USER"]:
        raise BadSetting(name, "must name a user and a database")
    return parameters


def broker(name: str, address: str) -> str:
    """Return a Redis or Valkey address; raise BadSetting for any other kind, without repeating it."""
    if urlsplit(address).scheme not in {"redis", "rediss", "redis+socket"}:
        raise BadSetting(name, "must begin with redis://, rediss:// or redis+socket://")
    return address
