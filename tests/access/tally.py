"""How many cells of the table were asked, and how long that took."""

from dataclasses import dataclass
from typing import Final


@dataclass
class Tally:
    """Counts one run of the tests."""

    cells: int = 0
    seconds: float = 0.0


TALLY: Final = Tally()
