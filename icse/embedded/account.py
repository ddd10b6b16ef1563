"""The unprivileged account under which PostgreSQL runs when the launcher is root, which it refuses itself."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

_ACCOUNT_NAME: Final = "icse_postgres"
_FALLBACK_NAME: Final = "nobody"  # where the machine has no useradd


@dataclass(frozen=True, slots=True)
class Account:
    """A system account that owns the cluster and runs its server."""

    uid: int
    gid: int

    def reaches(self, folder: Path) -> bool:
        """Tell whether this account may enter the folder, by asking the operating system as that account."""
        test = shutil.which("test") or "/usr/bin/test"
        answer = subprocess.run([test, "-x", str(folder)], check=False, **self.popen_options())
        return answer.returncode == 0

    def popen_options(self) -> "PopenOptions":
        """Return what `subprocess` needs in order to start a program as this account."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


class PopenOptions(TypedDict, total=False):
    """The part of `subprocess.Popen`'s arguments that says as whom."""

    user: int
    group: int
    extra_groups: list[int]


def launching_account() -> Account:
    """Return who runs this process."""
    return Account(os.geteuid(), os.getegid())


def service_account() -> Account:
    """Return who runs PostgreSQL: whoever runs the launcher or, for root, an account without rights.

    The account is made with `useradd` on the first start as root.
    """
    if os.geteuid() != 0:
        return launching_account()
    return _existing(_ACCOUNT_NAME) or _made() or _required(_FALLBACK_NAME)


def own_folder(folder: Path, account: Account) -> None:
    """Make a 0700 folder of the account's; raise PermissionError where somebody else made it first."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        status = folder.lstat()
        if status.st_uid not in {account.uid, os.geteuid()} or folder.is_symlink():
            message = f"{folder} belongs to somebody else"
            raise PermissionError(message) from None
    os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def _existing(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _made() -> Account | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, _ACCOUNT_NAME], check=False, capture_output=True)
    return _existing(_ACCOUNT_NAME)


def _required(name: str) -> Account:
    account = _existing(name)
    if account is None:
        message = f"Root may not run PostgreSQL, and there is neither useradd nor an account {name!r}."
        raise RuntimeError(message)
    return account
