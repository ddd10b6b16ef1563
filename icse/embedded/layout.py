"""Where the embedded services keep their files, and the addresses at which they are reached."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from icse.embedded.secrets import Secrets

DATABASE_NAME: Final = "icse"

# A Unix socket's path is limited to 107 bytes on Linux; PostgreSQL adds "/.s.PGSQL.5432.lock".
_LONGEST_SOCKET_FOLDER: Final = 80


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one installation; nothing here touches the disk except to follow `postgres.path`."""

    data_dir: Path

    @property
    def secrets(self) -> Secrets:
        """Return the passwords of this installation."""
        return Secrets(self.data_dir / "secrets")

    @property
    def digest(self) -> str:
        """Return a short name that tells this installation from others on the same machine."""
        return hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:12]

    @property
    def postgres_pointer(self) -> Path:
        """Return the file that names the cluster's folder where that is not under the data folder."""
        return self.data_dir / "postgres.path"

    @property
    def postgres_home(self) -> Path:
        """Return the 0700 folder of the cluster."""
        if self.postgres_pointer.exists():
            return Path(self.postgres_pointer.read_text(encoding="utf-8").strip())
        return self.data_dir / "postgres"

    @property
    def postgres_socket_dir(self) -> Path:
        """Return the folder of PostgreSQL's socket: the cluster's own, unless its path is too long."""
        return self._socket_dir(self.postgres_home, "pg")

    @property
    def valkey_home(self) -> Path:
        """Return the 0700 folder of Valkey's append-only file."""
        return self.data_dir / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """Return the path of Valkey's socket."""
        return self._socket_dir(self.valkey_home, "vk") / "valkey.sock"

    @property
    def log_dir(self) -> Path:
        """Return the folder of the services' logs."""
        return self.data_dir / "log"

    def database(self, role: str) -> dict[str, str]:
        """Return Django's connection parameters for one of the three roles."""
        return {
            "NAME": DATABASE_NAME,
            "USER": f"icse_{role}",
            "PASSWORD": self.secrets.read(f"postgres_{role}"),
            "HOST": str(self.postgres_socket_dir),
            "PORT": "",
        }

    def broker_url(self) -> str:
        """Return Valkey's address in Celery's spelling."""
        return f"redis+socket://:{quote(self.secrets.read('valkey'))}@{self.valkey_socket}"

    def _socket_dir(self, home: Path, kind: str) -> Path:
        if len(str(home).encode()) <= _LONGEST_SOCKET_FOLDER:
            return home
        return Path(tempfile.gettempdir()) / f"icse-{kind}-{self.digest}"
