"""What the command line says."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ABOUT: Final = """\
Hand in files and whole folders. What stops half-way goes on by the same command, on any computer.

The token is made on the page "API tokens" of your account, with the right to hand in material. It is read
from the file that --token-file names, or from ICSE_TOKEN; never from the command line, which other users of
this computer can read.
"""
_AFTER: Final = """\
exit codes:
  0    everything was handed in
  1    all was asked, but some files were refused or could not be read: the report says which
  2    the command line or what it names is not right
  3    not everything could be sent: go on by the same command
  4    the platform does not let you: the token, its rights, or the batch
  130  interrupted: go on by the same command
"""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")

_CHOICES: Final = {
    "legal_basis": "on which basis the material is held",
    "handling": "conditions of use, such as tlp_amber",
    "priority": "urgent or routine",
    "sharing": "who may see it: units, national, default, group or members",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What is wanted; `details` as the API names them, patience in seconds."""

    paths: list[Path]
    server: str
    token: str
    details: Mapping[str, Any] = field(default_factory=dict)
    batch: str = ""
    is_new: bool = False
    parallel: int = 4
    patience: float = 600
    report: Path | None = None
    ca_file: str = ""
    is_quiet: bool = False


def parse_arguments(words: Sequence[str] | None = None) -> Arguments:
    """Return what the command line says; where it is not right, say so and exit with 2."""
    parser = _parser()
    told = parser.parse_intermixed_args(words)
    for path in told.paths:
        if not path.exists():
            parser.error(f"{path} is not there")
    if trouble := _trouble_with(told.server) or _trouble_with_report(told.report, told.paths):
        parser.error(trouble)
    if told.batch and told.new:
        parser.error("--batch goes on with an upload, --new begins another one: name one of them")
    said = {name: getattr(told, name) for name in ("case_reference", *_CHOICES, "groups", "units")}
    return Arguments(
        paths=told.paths,
        server=told.server.rstrip("/"),
        token=_token(parser, told.token_file),
        details={name: value for name, value in said.items() if value},
        batch=told.batch,
        is_new=told.new,
        parallel=told.parallel,
        patience=told.patience * 60,
        report=told.report,
        ca_file=told.ca_file,
        is_quiet=told.quiet,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "icse-upload",
        description=_ABOUT,
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder with all that is in it")
    server = os.environ.get("ICSE_SERVER", "")
    add("--server", default=server, metavar="URL", help="where the platform is; else ICSE_SERVER")
    add("--token-file", type=Path, metavar="FILE", help="holds the token, and nothing else")
    said = parser.add_argument_group("said of all files; what is left out is as on the page")
    said.add_argument("--case-reference", default="", metavar="TEXT", help="your own number of the case")
    for name, text in _CHOICES.items():
        said.add_argument(f"--{name.replace('_', '-')}", default="", metavar="WORD", help=text)
    said.add_argument(
        "--group", dest="groups", action="append", metavar="ID", help="a sharing group; repeatable"
    )
    said.add_argument("--unit", dest="units", action="append", metavar="ID", help="a unit; repeatable")
    add("--batch", default="", metavar="ID", help="go on with this upload, whatever is said of the files")
    add("--new", action="store_true", help="begin anew even if an upload of the same files is unfinished")
    add("--parallel", type=_between(1, 16), default=4, metavar="N", help="files sent at once, 1 to 16; 4")
    add(
        "--patience", type=_between(0, 1440), default=10, metavar="MINUTES",
        help="how long a file may get no further before it is left for later; 10",
    )  # fmt: skip
    add("--report", type=Path, metavar="FILE", help="where the JSON report goes; else to the standard output")
    add("--ca-file", default="", metavar="FILE", help="certificates to trust instead of this computer's")
    add("--quiet", action="store_true", help="no progress on the standard error")
    return parser


def _between(least: int, most: int) -> Any:
    def number(word: str) -> int:
        if not word.isdecimal() or not least <= int(word) <= most:
            raise argparse.ArgumentTypeError(f"has to be a whole number from {least} to {most}")
        return int(word)

    return number


def _trouble_with(server: str) -> str:
    """Return what is wrong with an address; a token is sent over TLS, or not off this computer."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        return "say with --server where the platform is, such as https://icse.example"
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return "--server has to begin with https: over http anybody on the way could read token and files"
    return ""


def _trouble_with_report(report: Path | None, paths: Sequence[Path]) -> str:
    """Return what is wrong with a report's place; nothing is written into what is handed in."""
    if report is None:
        return ""
    place = report.resolve()
    if place.is_dir() or not os.access(place.parent, os.W_OK):
        return f"--report cannot be written to {report}"
    if any(place.is_relative_to(path.resolve()) for path in paths):
        return "--report must not lie in what is handed in: nothing is written there"
    return ""


def _token(parser: argparse.ArgumentParser, file: Path | None) -> str:
    try:
        text = file.read_text(encoding="utf-8") if file else os.environ.get("ICSE_TOKEN", "")
    except (OSError, UnicodeDecodeError) as fault:
        parser.error(f"the token cannot be read from {file}: {fault}")
    token = text.strip()
    if not token or not token.isascii() or len(token.split()) != 1:
        parser.error("a token is needed: name its file with --token-file, or set ICSE_TOKEN")
    return token
