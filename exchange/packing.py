"""Packs the command-line client, with the one library that it needs, into one file."""

from __future__ import annotations

import shutil
import sys
import zipapp
from importlib.metadata import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

CLIENT: Final = Path(__file__).parent / "client"
PLACE: Final = Path(__file__).parents[1] / "var" / "icse-upload.pyz"

_MAIN: Final = "import sys\n\nfrom exchange.client.command import main\n\nsys.exit(main())\n"
_NOT_PACKED: Final = shutil.ignore_patterns("__pycache__", "__main__.py")


def pack(place: Path) -> None:
    """Write the client to a place, as a file that Python 3.11 or later runs by itself.

    Raises:
        FileNotFoundError: urllib3 is not installed here.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(CLIENT, root / "exchange" / "client", ignore=_NOT_PACKED)
        (root / "exchange" / "__init__.py").touch()
        for file in files("urllib3") or ():
            if file.suffix == ".py" or "licenses" in file.parts:
                target = root / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)
        if not (root / "urllib3").exists():
            raise FileNotFoundError("urllib3 is not installed: make client does that first")
        (root / "__main__.py").write_text(_MAIN, encoding="utf-8")
        place.parent.mkdir(parents=True, exist_ok=True)
        zipapp.create_archive(root, place, interpreter="/usr/bin/env python3", compressed=True)


if __name__ == "__main__":
    pack(PLACE)
    sys.stdout.write(f"{PLACE}\n")
