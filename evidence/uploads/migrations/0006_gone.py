from django.db import migrations

from icse.common.floor import goes_with

# What an archive and an upload are called is content too: they go with the last submission that came of them.
UPLOAD_GONE = """
CREATE FUNCTION uploads_forget_archive() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.submission_id IS NOT NULL AND OLD.archive_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM uploads_upload AS u WHERE u.archive_id = OLD.archive_id AND u.submission_id IS NOT NULL
    ) THEN
        DELETE FROM uploads_upload WHERE id = OLD.archive_id AND state = 'unpacked';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER uploads_forget_archive AFTER DELETE ON uploads_upload
FOR EACH ROW EXECUTE FUNCTION uploads_forget_archive()
"""

SUBMISSION_GONE = """
CREATE FUNCTION uploads_forget_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.batch IS NOT NULL
        AND NOT EXISTS (SELECT FROM evidence_submission AS s WHERE s.batch = OLD.batch)
        AND NOT EXISTS (
            SELECT FROM uploads_upload AS u WHERE u.batch_id = OLD.batch AND u.state IN ('open', 'unpacking')
        )
    THEN
        DELETE FROM uploads_batch WHERE id = OLD.batch;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER uploads_forget_batch AFTER DELETE ON evidence_submission
FOR EACH ROW EXECUTE FUNCTION uploads_forget_batch()
"""


class Migration(migrations.Migration):
    """What is known of a file's way in goes with its submission."""

    dependencies = (("uploads", "0005_sealed"), ("evidence", "0023_outlived"))

    operations = (
        goes_with("uploads_upload", "submission_id", "archive_id", "batch_id"),
        migrations.RunSQL(
            UPLOAD_GONE,
            "DROP TRIGGER uploads_forget_archive ON uploads_upload; DROP FUNCTION uploads_forget_archive()",
        ),
        migrations.RunSQL(
            SUBMISSION_GONE,
            "DROP TRIGGER uploads_forget_batch ON evidence_submission; DROP FUNCTION uploads_forget_batch()",
        ),
    )
