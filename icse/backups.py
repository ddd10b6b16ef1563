"""Backups: the database as it was at one moment, sealed, and every object that it names, as it lies.

    FOLDER/backups/20261129T031500123456Z/about.json   when, how much, and the wrapped key of the dump
    FOLDER/backups/20261129T031500123456Z/database     what pg_dump wrote, sealed
    FOLDER/backups/20261129T031500123456Z/objects.tsv  shelf, name, size, SHA-256 of each object, as it lies
    FOLDER/objects/ab/abcd…                            objects under that SHA-256, shared by all backups
    FOLDER/disposals.jsonl                             what was disposed of, until the last backup

Objects never change, so that a further backup copies only what is new. What was disposed of leaves all
backups with the next one; a database that is older has it disposed of again before it serves. All of it is as
safe to lie somewhere as the store is: whoever restores it needs the key file.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from django.db import connection, transaction
from django.utils import timezone

from evidence.keys import INSTALLATION, key_holder
from evidence.models import StoredObject
from evidence.objects import Stored, digest_of, wrapped_for
from evidence.retention.models import Disposal
from evidence.retention.tombstones import Tombstone, reapply
from evidence.store import Shelf, fsync, fsync_folder, store
from evidence.uploads.models import Upload
from icse.common.sealing import SealingWriter, new_key, unsealed
from search.models import PictureQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from icse.embedded.tools import Tools

_PIECE: Final = 1024 * 1024
_DISPOSALS: Final = "disposals.jsonl"
_FOLDER_MODE: Final = 0o700


class BackupFailed(Exception):
    """A backup could not be made or restored; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself; size in bytes, of objects as they lie."""

    made_at: str
    wrapped_key: str
    objects: int
    size: int
    broken: int = 0


def make_backup(folder: Path, tools: Tools) -> About:
    """Write a backup into a folder, which may hold others; it appears when all of it is on the disk.

    What is missing from the store or broken is counted, and left out.

    Raises:
        BackupFailed: The database could not be read.
        KeyUnavailable: There are no keys to seal it with.
        OSError: The folder cannot be written to.
    """
    made_at = datetime.now(UTC)
    name = made_at.strftime("%Y%m%dT%H%M%S%fZ")
    draft = folder / "backups" / f".{name}.{os.getpid()}"
    draft.mkdir(mode=_FOLDER_MODE, parents=True)
    try:
        wrapped = _dump(draft, tools)
        count = size = broken = 0
        for stored in _listed(draft):
            count, size = count + 1, size + stored.size
            broken += not (_copy_out(folder, stored) or _is_gone(stored))
        about = About(made_at.isoformat(), wrapped, count, size, broken)
        _forget_disposed(folder)
        with (draft / "about.json").open("xb") as stream:
            stream.write(json.dumps(asdict(about), indent=2).encode())
            fsync(stream)
        draft.rename(draft.with_name(name))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    fsync_folder(draft.parent)
    return about


def _is_gone(kept: Stored) -> bool:
    """Tell whether an object was disposed of since the database was read."""
    return not StoredObject.objects.filter(shelf=kept.shelf, name=kept.name).exists()


def _forget_disposed(folder: Path) -> None:
    """Note what was disposed of, and remove what this and former backups hold of it."""
    known = {each.submission: each for each in tombstones_of(folder)}
    known |= {str(each.submission_id): Tombstone.of(each) for each in Disposal.objects.order_by("pk")}
    draft = folder / f".{_DISPOSALS}.{os.getpid()}"
    with draft.open("w", encoding="ascii") as stream:
        stream.writelines(f"{each.line()}\n" for each in known.values())
        fsync(stream)
    draft.rename(folder / _DISPOSALS)
    fsync_folder(folder)
    for each in known.values():
        for sealed in each.objects:
            _place(folder, sealed).unlink(missing_ok=True)


def tombstones_of(folder: Path) -> list[Tombstone]:
    """Return what was disposed of until the last backup in a folder was made.

    Raises:
        BackupFailed: The list is damaged.
    """
    try:
        lines = (folder / _DISPOSALS).read_text(encoding="ascii").splitlines()
        return [Tombstone.read(line) for line in lines]
    except FileNotFoundError:
        return []
    except (TypeError, ValueError, KeyError) as fault:
        message = f"{folder / _DISPOSALS} is damaged: without it, what was disposed of would come back."
        raise BackupFailed(message) from fault


def dispose_again(folder: Path) -> int:
    """Dispose of what the restored database still holds, and was disposed of since; return how much it was.

    What says so are the list in the folder and the records of a store that outlived its database.

    Raises:
        BackupFailed: The list is damaged.
    """
    return reapply([*tombstones_of(folder), *map(Tombstone.read, store().records())])


def _dump(draft: Path, tools: Tools) -> str:
    """Dump the database and list the objects that it names at the same moment; return the wrapped key."""
    key = new_key()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        command = tools.command(
            "pg_dump", "--format=custom", "--exclude-extension=*", f"--snapshot={snapshot}"
        )
        with (draft / "database").open("xb") as target:
            writer = SealingWriter(target, key)
            with _running(command, tools, stdout=subprocess.PIPE) as process:
                output = cast("BinaryIO", process.stdout)
                while piece := output.read(_PIECE):
                    writer.write(piece)
            writer.finish()
            fsync(target)
        _list_objects(draft / "objects.tsv")
    return wrapped_for(key, INSTALLATION)


@contextmanager
def _running(
    command: Sequence[str], tools: Tools, *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the block, and wait for its end. Raises BackupFailed with what it complained of."""
    environment = dict(tools.environment)
    with TemporaryFile() as complaints:  # and no pipe, which would fill up while nobody reads it
        with (
            suppress(BrokenPipeError),  # it has ended, and says why
            subprocess.Popen(
                command, env=environment, stdin=stdin, stdout=stdout, stderr=complaints
            ) as process,
        ):
            try:
                yield process
            except BrokenPipeError:
                raise
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            complaints.seek(0)
            said = complaints.read().decode("utf-8", "replace").strip()
            raise BackupFailed(said or f"{command[0]} ended with {process.returncode}")


def _list_objects(path: Path) -> None:
    with path.open("x", encoding="ascii", newline="") as stream:
        rows = csv.writer(stream, delimiter="\t")
        listed = StoredObject.objects.order_by("pk").values_list("shelf", "name", "size", "sha256")
        rows.writerows(listed.iterator(chunk_size=5000))
        fsync(stream)


def _listed(folder: Path) -> Iterator[Stored]:
    with (folder / "objects.tsv").open(encoding="ascii", newline="") as stream:
        for shelf, name, size, sha256 in csv.reader(stream, delimiter="\t"):
            yield Stored(Shelf(shelf), name, int(size), sha256)


def _place(folder: Path, sha256: str) -> Path:
    return folder / "objects" / sha256[:2] / sha256


def _copy_out(folder: Path, kept: Stored) -> bool:
    """Copy an object unless a backup has it; return whether it is there then."""
    place = _place(folder, kept.sha256)
    if place.exists() and place.stat().st_size == kept.size:
        return True
    place.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    draft = place.with_name(f".{kept.sha256}.{os.getpid()}")
    try:
        with store().open(kept.shelf, kept.name) as source, draft.open("wb") as target:
            is_whole = _copy(source, target) == kept.sha256
    except FileNotFoundError:
        is_whole = False
    if not is_whole:
        draft.unlink(missing_ok=True)
        return False
    draft.rename(place)
    fsync_folder(place.parent)
    return True


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    """Copy to the disk and return the SHA-256 of what was copied."""
    seen = hashlib.sha256()
    while piece := source.read(_PIECE):
        seen.update(piece)
        target.write(piece)
    fsync(target)
    return seen.hexdigest()


def names_of(folder: Path) -> list[str]:
    """Return the names of the backups in a folder, oldest first."""
    return sorted(path.parent.name for path in (folder / "backups").glob("[0-9]*/about.json"))


def restore_database(folder: Path, name: str, tools: Tools) -> About:
    """Fill the empty database from a backup, and put away what a backup does not hold.

    Raises:
        BackupFailed: There is no such backup, the database is not empty, or it cannot be written.
        KeyUnavailable: The keys at hand do not open the backup.
        SealBroken: The backup is damaged; nothing of it stays in the database.
    """
    place = folder / "backups" / name
    try:
        about = About(**json.loads((place / "about.json").read_text(encoding="ascii")))
    except (FileNotFoundError, TypeError, ValueError) as fault:
        message = f"{place} is no backup. There are: {', '.join(names_of(folder)) or 'none'}."
        raise BackupFailed(message) from fault
    if _holds_tables():
        message = "The database is not empty. A backup is restored into a new installation only."
        raise BackupFailed(message)
    key = key_holder().unwrap(about.wrapped_key, INSTALLATION)
    command = tools.command("pg_restore", "--exit-on-error", "--single-transaction", "--dbname=")
    command[-1] += tools.environment["PGDATABASE"]
    with (
        (place / "database").open("rb", buffering=0) as dump,
        _running(command, tools, stdin=subprocess.PIPE) as process,
    ):
        target = cast("BinaryIO", process.stdin)
        for piece in unsealed(dump, key):
            target.write(piece)
        target.close()
    return about


def _holds_tables() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        (count,) = cursor.fetchone()
        return bool(count)


def forget_what_is_not_there() -> None:
    """End what was on its way, and pictures that were searched with: a backup does not hold their bytes."""
    Upload.objects.on_disk().update(state=Upload.State.EXPIRED)
    PictureQuery.objects.all().delete()


def restore_objects(folder: Path, name: str) -> Iterator[tuple[Stored, bool]]:
    """Put every object of a backup into the store, and yield each with whether it is whole there.

    May be broken off and begun again: what is there already is read, and not copied once more. What was
    disposed of since is not put back.
    """
    for kept in _listed(folder / "backups" / name):
        if not _is_gone(kept):
            yield kept, _is_there(kept) or _copy_in(folder, kept)


def mend_objects(folder: Path) -> Iterator[tuple[Stored, bool]]:
    """Put back what is missing from the store or known to be broken; yield each, and whether it was had.

    The platform goes on meanwhile.
    """
    for stored in StoredObject.objects.order_by("pk").iterator(chunk_size=2000):
        kept = Stored(Shelf(stored.shelf), stored.name, stored.size, stored.sha256)
        if stored.broken_at is None and store().holds(kept.shelf, kept.name):
            continue
        is_mended = _copy_in(folder, kept)
        if is_mended:
            same = StoredObject.objects.filter(pk=stored.pk, sha256=stored.sha256)
            same.update(broken_at=None, read_at=timezone.now())
        yield kept, is_mended


def _is_there(kept: Stored) -> bool:
    try:
        return digest_of(kept.shelf, kept.name) == kept.sha256
    except FileNotFoundError:
        return False


def _copy_in(folder: Path, kept: Stored) -> bool:
    stream, incoming = store().new_incoming()
    try:
        with stream, _place(folder, kept.sha256).open("rb") as source:
            is_whole = _copy(source, stream) == kept.sha256
        if is_whole:
            store().commit(incoming, kept.shelf, kept.name)
    except FileNotFoundError:
        is_whole = False
    finally:
        incoming.unlink(missing_ok=True)
    return is_whole
