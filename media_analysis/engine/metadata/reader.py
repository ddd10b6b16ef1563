from functools import lru_cache
from pathlib import Path
from typing import Final

from media_analysis.engine.metadata import exiftool, plain
from media_analysis.engine.metadata.exiftool import ExifTool, ExifToolError
from media_analysis.engine.metadata.tags import RawTags
from media_analysis.engine.versions import digest_of

NAME: Final = "metadata"

_REVISION: Final = "1"


def read_tags(path: Path, tool: ExifTool | None = None) -> RawTags:
    """Return every tag of a file, by a waiting exiftool if one is given, otherwise by Python libraries.

    The path may be any, `/proc/self/fd/7` too. A file without tags gives none. Should exiftool fail on a
    file, the libraries read it, and the result says so.
    """
    if tool is not None:
        try:
            tags = tool.read(path)
            return RawTags(exiftool.TOOL, exiftool.installed_version() or "", tags)
        except ExifToolError:
            pass
    return RawTags(plain.TOOL, plain.tool_version(), plain.read(path))


@lru_cache(maxsize=1)
def version() -> str:
    """Return the digest of code and tool; with exiftool installed it differs from without."""
    installed = exiftool.installed_version()
    tool = f"{exiftool.TOOL}=={installed}" if installed else plain.tool_version()
    return digest_of(_REVISION, tool)
