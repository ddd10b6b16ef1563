"""Passwords of one installation: random, one file each, readable by their owner alone."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """A 0700 folder of 0600 files."""

    folder: Path

    def read(self, name: str) -> str:
        """Return a password, or an empty string where the installation has not been started yet."""
        try:
            return (self.folder / name).read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def ensure(self, *names: str) -> bool:
        """Make those passwords that do not exist yet; tell whether there were any."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        missing = [name for name in names if not (self.folder / name).exists()]
        for name in missing:
            self._write(name, secrets.token_urlsafe(_SECRET_BYTES))
        return bool(missing)

    def _write(self, name: str, secret: str) -> None:
        # Written aside and renamed, so that a crash or a second process never leaves half a password.
        draft = self.folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret)
        draft.replace(self.folder / name)
