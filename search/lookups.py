"""Text that contains a word, whatever its capitals, in the form that a trigram index answers."""

from django.db.models import BooleanField, F, Func, Value


def contains(column: str, word: str) -> Func:
    """Return the condition that a text column contains a word; its % and _ mean themselves.

    Django's own `icontains` compares capitals, which no trigram index serves; ILIKE is served.
    """
    return Func(
        F(column),
        Value(pattern_of(word)),
        template="(%(expressions)s)",
        arg_joiner=" ILIKE ",
        output_field=BooleanField(),
    )


def pattern_of(word: str) -> str:
    """Return the ILIKE pattern of texts that contain a word; its % and _ mean themselves."""
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
