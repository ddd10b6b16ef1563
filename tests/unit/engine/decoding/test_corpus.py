"""The corpus of bad and odd files: each gets the verdict that it is owed, and the server lives on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.hostile.made import clip
from tests.hostile.manifest import Case, bad_cases, odd_cases
from tests.hostile.verdicts import verdict_of

if TYPE_CHECKING:
    from pathlib import Path

    from media_analysis.engine.decoding.client import Decoder


@pytest.mark.parametrize("case", list(bad_cases()), ids=lambda case: case.name)
def test_bad_file_gets_its_verdict(decoder: Decoder, tmp_path: Path, case: Case) -> None:
    (tmp_path / "file").write_bytes(case.make())
    server = decoder.server_pid

    verdict, reason = verdict_of(decoder, tmp_path / "file")

    assert verdict == case.verdict
    assert not case.reason or reason == case.reason
    assert decoder.server_pid == server


@pytest.mark.parametrize("case", list(odd_cases()), ids=lambda case: case.name)
def test_odd_file_is_accepted(decoder: Decoder, tmp_path: Path, case: Case) -> None:
    (tmp_path / "file").write_bytes(case.make())

    assert verdict_of(decoder, tmp_path / "file") == (case.verdict, "")


@pytest.mark.parametrize("codec", ["libsvtav1", "libx264"])
def test_making_a_clip_leaves_the_process_as_it_was(codec: str) -> None:
    """Encoders that take priority over everything else would starve whatever is started afterwards."""
    before = os.sched_getscheduler(0), os.sched_getparam(0).sched_priority
    clip("mp4", codec)
    assert (os.sched_getscheduler(0), os.sched_getparam(0).sched_priority) == before
