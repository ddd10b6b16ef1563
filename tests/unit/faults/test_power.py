"""The model of a power cut: it believes what was synced, and nothing else."""

from typing import Final

import pytest

from tests.faults.power import judge

SHA256: Final = "ab" + "cd" + "0" * 60
STORE: Final = "/data/originals"
PLACE: Final = f"{STORE}/ab/cd/{SHA256}"
ANSWER: Final = (
    f'7  sendto(9<socket:[1]>, "HTTP/1.1 204\\r\\nIcse-Sha256: {SHA256}\\r\\n", 99, 0, NULL, 0) = 99'
)
SAFE: Final = (
    '7  openat(AT_FDCWD</srv>, "/data/incoming/tmp1", O_RDWR|O_CREAT|O_EXCL, 0600) = 5</data/incoming/tmp1>',
    '7  write(5</data/incoming/tmp1>, "bytes"..., 9000) = 9000',
    "7  fsync(5</data/incoming/tmp1>) = 0",
    f'7  mkdir("{STORE}/ab", 0700) = 0',
    f'7  mkdir("{STORE}/ab/cd", 0700) = 0',
    f'7  rename("/data/incoming/tmp1", "{PLACE}") = 0',
    f"7  fsync(6<{STORE}/ab/cd>) = 0",
    f"7  fsync(6<{STORE}/ab>) = 0",
    f"7  fsync(6<{STORE}>) = 0",
)


def test_file_that_is_synced_with_every_folder_above_it_stays() -> None:
    verdict = judge([*SAFE, ANSWER], STORE)
    assert verdict.acknowledged == 1
    assert verdict.lost == {}


@pytest.mark.parametrize("left_out", [number for number, line in enumerate(SAFE) if "fsync" in line])
def test_any_sync_that_is_left_out_loses_it(left_out: int) -> None:
    lines = [line for number, line in enumerate(SAFE) if number != left_out]
    assert SHA256 in judge([*lines, ANSWER], STORE).lost


@pytest.mark.parametrize("failed", [number for number, line in enumerate(SAFE) if "fsync" in line])
def test_sync_that_fails_is_none(failed: int) -> None:
    lines = list(SAFE)
    lines[failed] = lines[failed].replace("= 0", "= -1 EIO (Input/output error) (INJECTED)")
    assert SHA256 in judge([*lines, ANSWER], STORE).lost


def test_written_again_after_its_sync_is_not_on_the_disk() -> None:
    late = f'7  pwrite64(5<{PLACE}>, "late"..., 4, 0) = 4'
    assert judge([*SAFE, late, ANSWER], STORE).lost == {SHA256: "its bytes are not on the disk"}


def test_linked_name_shares_the_bytes() -> None:
    lines = [
        line.replace(f'rename("/data/incoming/tmp1", "{PLACE}")', f'link("/data/incoming/tmp1", "{PLACE}")')
        for line in SAFE
    ]
    assert judge([*lines, ANSWER], STORE).lost == {}
    dirty = '7  write(5</data/incoming/tmp1>, "more"..., 4) = 4'
    assert SHA256 in judge([*lines, dirty, ANSWER], STORE).lost


def test_acknowledged_while_another_thread_still_syncs() -> None:
    """A call that was broken off in the trace has done nothing before it ends."""
    begun = f"8  fsync(6<{STORE}> <unfinished ...>"
    ended = "8  <... fsync resumed>) = 0"
    assert SHA256 in judge([*SAFE[:-1], begun, ANSWER, ended], STORE).lost
    assert judge([*SAFE[:-1], begun, ended, ANSWER], STORE).lost == {}
