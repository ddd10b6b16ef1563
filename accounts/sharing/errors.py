from icse.common.errors import DomainError


class BadAudience(DomainError):
    """A thing cannot be opened so: no group or unit is named, or one that the country may not name."""

    reason = "bad_audience"
