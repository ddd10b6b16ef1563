"""Why a conclusion cannot be written, worded for the officer."""

from icse.common.errors import Conflict, DomainError


class DecidedMeanwhile(Conflict):
    """Two analysts of one country decided the same match at the same moment."""

    reason = "decided_meanwhile"

    def __init__(self) -> None:
        super().__init__("A colleague decided this match at the same moment. Reload to see what they said.")


class SeriesIsMerged(Conflict):
    """The series lives on in another one."""

    reason = "series_merged"

    def __init__(self) -> None:
        super().__init__("This series was merged into another one. Open that one to change it.")


class SeriesNameTaken(Conflict):
    """The country keeps an open series of that name."""

    reason = "name_taken"

    def __init__(self) -> None:
        super().__init__("Your country keeps an open series of this name already. Choose another name.")


class SeriesNameMissing(DomainError):
    """A series cannot be spoken of without a name."""

    reason = "name_missing"

    def __init__(self) -> None:
        super().__init__("Give the series a name.")


class MergeAcrossCountries(Conflict):
    """Series of two countries are never merged by one of them."""

    reason = "merge_across_countries"

    def __init__(self) -> None:
        super().__init__(
            "These series are kept by two countries, so neither can merge them alone. "
            "Open a topic about the other series and ask."
        )


class MergeWithItself(Conflict):
    """One series was named twice."""

    reason = "merge_with_itself"

    def __init__(self) -> None:
        super().__init__("Choose another series to merge: these two are the same.")


class SharedDifferently(Conflict):
    """Merging would show one series' material list to readers of the other."""

    reason = "shared_differently"

    def __init__(self) -> None:
        super().__init__("These series are shared with different readers. Give both the same sharing first.")
