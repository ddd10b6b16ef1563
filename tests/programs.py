"""Make sure that tests find a browser, a sandbox and a security module: `make test` calls it as a program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_PACKAGES: Final = ("chromium", "fonts-dejavu-core", "bubblewrap", "softhsm2")
_SOFTHSM: Final = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, or nothing."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def find_softhsm() -> str | None:
    """Return the path of SoftHSM's library, a security module without hardware, or nothing."""
    return next((path for path in _SOFTHSM if Path(path).exists()), None)


def install_programs() -> None:
    """Install Chromium, bubblewrap and SoftHSM with the system's package tool.

    Raises:
        SystemExit: The machine has no apt-get, or this account may not install; it names the command to run.
    """
    prefix = _root_prefix()
    if prefix is None or shutil.which("apt-get") is None:
        if find_chromium():
            return
        sys.exit(
            "The browser tests need Chromium, which this account cannot install. Run as root:\n"
            f"    apt-get update && apt-get install --yes {' '.join(_PACKAGES)}"
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Without bubblewrap or SoftHSM their tests are left out, and say so; without a browser most cannot run.
    is_needed = find_chromium() is None
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *_PACKAGES]):
        subprocess.run([*prefix, "apt-get", "--quiet", *command], check=is_needed, env=environment)


def _root_prefix() -> list[str] | None:
    """Return what stands before a command that root must run, or nothing where that is impossible."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


if __name__ == "__main__" and not (find_chromium() and shutil.which("bwrap") and find_softhsm()):
    install_programs()
