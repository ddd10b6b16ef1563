"""Documents that must be true to the tree: provenance, configuration, limits, links."""

import hashlib
import re
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from media_analysis.engine.decoding.limits import GIB, MIB, Limits

ROOT: Final = Path(settings.BASE_DIR)
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_DRAWINGS: Final = frozenset({".svg"})
_LISTED: Final = re.compile(r"^\| `([^`]+/[^`]+)` \|(?:.*\|)? ([0-9a-f]{64}) \|$", re.MULTILINE)
_READ: Final = re.compile(r"\benv\.[a-z]+\(\s*\"([A-Z_]+)\"")
_LINK: Final = re.compile(r"\]\(([^)#:]+)\)")


def _kept_files() -> list[Path]:
    """Return the files of the tree, without what is made by running it."""
    folders = [
        path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name != "var"
    ]
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if "__pycache__" not in path.parts]


def _is_asset(path: Path) -> bool:
    return path.suffix in _DRAWINGS or b"\0" in path.read_bytes()[:8192]


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """Return the files that PROVENANCE.md lists with their digests."""
    return dict(_LISTED.findall((ROOT / "PROVENANCE.md").read_text(encoding="utf-8")))


def test_every_binary_file_is_listed_with_its_origin(listed: dict[str, str]) -> None:
    assets = {str(path.relative_to(ROOT)) for path in _kept_files() if _is_asset(path)}
    assert assets - listed.keys() == set()


def test_listed_files_are_those_that_were_meant(listed: dict[str, str]) -> None:
    digests = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in listed}
    assert digests == listed


def test_every_environment_variable_is_described() -> None:
    text = (ROOT / "icse" / "settings.py").read_text(encoding="utf-8")
    read = set(_READ.findall(text)) | {"DATABASE_ENGINE_URL", "DATABASE_OWNER_URL"}
    described = re.findall(
        r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE
    )
    assert sorted(described) == sorted(read)


def test_described_limits_are_those_in_force() -> None:
    limits = Limits()
    table = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    for row in (
        f"photo, bytes | {limits.picture_bytes // MIB} MiB",
        f"photo, pixels | {limits.picture_pixels // 10**6} million",
        f"video, bytes | {limits.video_bytes // GIB} GiB",
        f"video, length | {limits.video_seconds / 3600:.0f} hours",
        f"decoding a photo | {limits.still.cpu_seconds} s of CPU",
        f"planning a video | {limits.plan.cpu_seconds} s of CPU",
        f"one task | {settings.TASK_TIME_LIMIT} s",
    ):
        assert row in table


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_files_named_by_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:icse|accounts|evidence|media_analysis|series|bench|tests|static)/[\w./]+)", text
    )
    assert [name for name in named if not (ROOT / name).exists()] == []
