"""Sealed files, as the store has them, for tests, `make fuzz` and `bench/`: without Django."""

from pathlib import Path

from icse.common.sealing import SealedFile, SealingWriter, new_key


def sealed_file(folder: Path, content: bytes, name: str = "sealed") -> SealedFile:
    """Write bytes, sealed, to a folder."""
    file = SealedFile(folder / name, new_key())
    with file.path.open("wb") as stream:
        writer = SealingWriter(stream, file.key)
        writer.write(content)
        writer.finish()
    return file
