from django.db import migrations

from icse.common.floor import APP, owned_function

# Sums over all countries, for whoever runs the platform; icse_app sees no row of them by itself.
FIGURES = """
CREATE FUNCTION media_analysis_figures() RETURNS TABLE (name text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
    SELECT 'runs', r.state, count(*)::float8 FROM media_analysis_pipelinerun AS r GROUP BY r.state
    UNION ALL
    SELECT 'unfinished_age', '', coalesce(extract(epoch FROM now() - min(r.queued_at)), 0)
    FROM media_analysis_pipelinerun AS r WHERE r.state IN ('received', 'analyzing')
    UNION ALL
    SELECT 'analyses_of_a_minute', a.analyzer, count(*)::float8 FROM media_analysis_analysis AS a
    WHERE a.finished_at > now() - interval '1 minute' GROUP BY a.analyzer
    UNION ALL
    SELECT 'stored_files', 'originals', count(*)::float8 FROM evidence_material
    UNION ALL
    SELECT 'stored_bytes', 'originals', coalesce(sum(size), 0)::float8 FROM evidence_material
    UNION ALL
    SELECT 'stored_files', 'derivatives', count(*)::float8 FROM evidence_derivative
    UNION ALL
    SELECT 'stored_bytes', 'derivatives', coalesce(sum(size), 0)::float8 FROM evidence_derivative
$$
"""


class Migration(migrations.Migration):
    """How much is stored, analyzed and waiting, over all countries together."""

    dependencies = (("media_analysis", "0013_seen_matches"), ("evidence", "0016_seen"))

    operations = (owned_function("media_analysis_figures()", FIGURES, callers=(APP,)),)
