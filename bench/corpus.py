"""Where the benchmarks' pictures are: a folder named by the environment, never a path of one machine."""

import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from media_analysis.engine.pictures import Picture


def corpus_folder(name: str) -> Path:
    """Return a sub-folder of `ICSE_CORPUS`; leave with a message if it is not there."""
    folder = Path(os.environ.get("ICSE_CORPUS", "")) / name
    if not os.environ.get("ICSE_CORPUS") or not folder.is_dir():
        sys.exit(
            f"absent: set ICSE_CORPUS to a folder that holds {name}/ (its form is told in bench/README.md)"
        )
    return folder


def open_picture(path: Path) -> Picture:
    """Open a benign picture of the corpus; the product itself decodes in a disposable process."""
    with Image.open(path) as image:
        return Picture(np.asarray(image.convert("RGB")))
