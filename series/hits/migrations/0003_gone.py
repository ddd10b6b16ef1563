from importlib import import_module

from django.db import migrations

from icse.common.floor import goes_with

_FORMER = import_module("series.hits.migrations.0002_floor")
_HOLDERS, _FIND = (
    each.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") for each in (_FORMER.HOLDERS, _FORMER.FIND)
)
HOLDERS = _HOLDERS.replace(
    "AND s.country_id <> p_country\n", "AND s.country_id <> p_country AND s.audience <> '{0}'\n"
)
FIND = _FIND.replace("WHERE s.case_reference <> ''", "WHERE s.audience <> '{0}' AND s.case_reference <> ''")


class Migration(migrations.Migration):
    """What is restricted or withdrawn betrays itself by no hit; hits and contacts go with their submission."""

    dependencies = (("hits", "0002_floor"), ("evidence", "0023_outlived"))

    operations = (
        goes_with("hits_submissionhitpolicy", "submission_id"),
        goes_with("hits_hit", "submission_id"),
        goes_with("hits_contact", "submission_id", "hit_id"),
        migrations.RunSQL(HOLDERS, _HOLDERS),
        migrations.RunSQL(FIND, _FIND),
    )
