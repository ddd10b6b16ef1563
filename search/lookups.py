"""Text that contains a word, whatever its capitals, in the form that a trigram index answers."""

from django.db.models import BooleanField, F, Func, Value


def contains(column: str, word: str) -> Func:
    """Return the condition that a text column contains a word; its % and _ mean themselves.

    Django's own `icontains` compares capitals, which no trigram index serves; ILIKE is served.
    """
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return Func(
        F(column),
        Value(f"%{escaped}%"),
        template="(%(expressions)s)",
        arg_joiner=" ILIKE ",
        output_field=BooleanField(),
    )
