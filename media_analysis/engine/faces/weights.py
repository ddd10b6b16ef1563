"""Finds model files that installed packages carry, and refuses altered ones."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path


class WeightsError(Exception):
    """A model file is missing or is not the one that was measured."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file inside an installed package, and its SHA-256."""

    package: str
    file: str
    sha256: str

    def path(self, replacement: Path | None = None) -> Path:
        """Return where the file is; `replacement` is an operator's own choice and not checked.

        Raises `WeightsError` if the file is missing or its digest differs.
        """
        path = replacement or Path(str(resources.files(self.package) / self.file))
        if not path.is_file():
            message = f"Model file {path.name} is missing."
            raise WeightsError(message)
        if replacement is None and sha256_of(path) != self.sha256:
            message = f"Model file {path.name} is not the one that was measured: its SHA-256 differs."
            raise WeightsError(message)
        return path


@lru_cache(maxsize=16)
def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
