"""Every address that shows anything of a country to somebody puts it on record.

The addresses come from the URLconf: a new page without an event fails here until it is named below, either
with its act or among those that show nothing of a country.
"""

from typing import Final

import pytest
from django.test import Client

from accounts.audit.models import InboxEvent, Outcome
from tests.addresses import all_addresses
from tests.cast import Cast
from tests.factories.queues import queues_alive
from tests.world import World, body_of

pytestmark = pytest.mark.django_db

METHODS: Final = ("get", "post", "put", "patch", "delete")

# Pages about the asker alone: their rights, sessions, factors and tokens.
OWN_ACCOUNT: Final = "account/"

# Nothing in these answers comes from what a country handed in, wrote or decided.
SHOWS_NOTHING: Final = frozenset(
    {
        ("api_schema", "get"),
        ("derivative", "get"),  # the world asks for a blurred one; its page's event names it
        ("api_retry_submission", "post"),  # the world's was not set aside
        ("healthz", "get"),
        ("readyz", "get"),
        ("metrics", "get"),  # sums over all countries, to whom METRICS_NETWORKS names
        ("running", "get"),  # two numbers about the officer's own uploads
        ("upload_sheet", "get"),  # an empty form
    }
)

ACTS: Final = {
    ("submission_sharing", "get"): "submission_sharing.viewed",
    ("submission_sharing", "post"): "submission_sharing.viewed",
    ("retention", "get"): "retention.listed",
    ("api_retention", "get"): "retention.listed",
    ("api_disposals", "get"): "disposals.listed",
    ("api_withdrawal", "get"): "withdrawal.viewed",
    ("disposals", "get"): "disposals.listed",
    ("submission_retention", "get"): "submission_retention.viewed",
    ("submission_retention", "post"): "submission_retention.viewed",
    ("withdrawal", "get"): "withdrawal.viewed",
    ("decisions", "get"): "decisions.listed",
    ("hit_policy", "get"): "hit_policy.viewed",
    ("hit_policy", "post"): "hit_policy.viewed",
    ("hits", "get"): "hits.listed",
    ("api_hits", "get"): "hits.listed",
    ("api_material_access", "get"): "access.viewed",
    ("api_series_access", "get"): "access.viewed",
    ("api_sharing", "get"): "groups.listed",
    ("sharing_group", "get"): "group.viewed",
    ("sharing_group", "post"): "group.viewed",
    ("sharing_groups", "get"): "groups.listed",
    ("sharing_groups", "post"): "groups.listed",
    ("api_country_decisions", "get"): "match.viewed",
    ("api_decision", "delete"): "match.undecided",
    ("api_decision", "get"): "match.viewed",
    ("api_like_face", "get"): "search.asked",
    ("api_material", "get"): "material.viewed",
    ("api_material_matches", "get"): "matches.listed",
    ("api_materials", "get"): "materials.listed",
    ("api_proposals", "get"): "queue.viewed",
    ("api_search", "get"): "search.asked",
    ("api_search_image_answer", "get"): "search.asked",
    ("api_series", "get"): "series.viewed",
    ("api_series", "patch"): "series.described",
    ("api_series_list", "get"): "series.listed",
    ("api_series_material", "delete"): "series.materials_removed",
    ("api_series_materials", "get"): "series.viewed",
    ("api_series_proposals", "get"): "series.viewed",
    ("api_submissions", "get"): "submissions.listed",
    ("api_audit", "get"): "audit.viewed",
    ("audit", "get"): "audit.viewed",
    ("audit_checkpoints", "get"): "checkpoints.viewed",
    ("audit_checkpoints_file", "get"): "checkpoints.exported",
    ("audit_export", "get"): "audit.exported",
    ("batch", "get"): "submissions.listed",
    ("batch_report", "get"): "submissions.listed",
    ("api_batches", "get"): "uploads.listed",
    ("api_batches", "post"): "batch.opened",
    ("api_batch", "get"): "uploads.listed",
    ("api_batch_files", "get"): "uploads.listed",
    ("api_uploads", "get"): "uploads.listed",
    ("api_upload", "get"): "uploads.listed",
    ("batch_fragment", "get"): "submissions.listed",
    ("describe_series", "post"): "series.viewed",
    ("forum", "get"): "topics.listed",
    ("forum", "post"): "topics.listed",
    ("match", "get"): "match.viewed",
    ("material_access", "get"): "access.viewed",
    ("material_access", "post"): "access.viewed",
    ("series_access", "get"): "access.viewed",
    ("series_access", "post"): "access.viewed",
    ("material", "get"): "material.viewed",
    ("material_overview", "get"): "material.viewed",
    ("material_progress", "get"): "material.viewed",
    ("material_tab", "get"): "material.viewed",
    ("materials", "get"): "materials.listed",
    ("picture_results", "get"): "search.asked",
    ("playable", "get"): "media.viewed",
    ("queue", "get"): "queue.viewed",
    ("search", "get"): "search.asked",
    ("series", "get"): "series.viewed",
    ("series_list", "get"): "series.listed",
    ("series_list", "post"): "series.listed",
    ("topic", "get"): "topic.viewed",
    ("topic", "post"): "topic.viewed",
    ("set_aside", "get"): "submissions.listed",
    ("upload", "get"): "submissions.listed",
}
"""What is on record after an address has answered with content, whether it was read or changed by that."""


def test_every_answer_with_content_is_on_record(cast: Cast, world: World, valkey_server: str) -> None:
    queues_alive()
    found: dict[tuple[str, str], frozenset[str]] = {}
    for address in (each for each in all_addresses() if not each.route.startswith(OWN_ACCOUNT)):
        for method in METHODS:
            client = Client()
            client.force_login(cast.owner if method == "get" else cast.analyst)
            known = set(InboxEvent.objects.values_list("pk", flat=True))
            answer = getattr(client, method)(world.path(address))
            body_of(answer)
            if 200 <= answer.status_code < 300:
                events = InboxEvent.objects.exclude(pk__in=known).filter(outcome=Outcome.DONE)
                found[address.name, method] = frozenset(events.values_list("act", flat=True))

    silent = {key for key, acts in found.items() if not acts}
    spoken = {key: acts for key, acts in found.items() if acts}
    assert silent == SHOWS_NOTHING
    assert spoken == {key: frozenset({act}) for key, act in ACTS.items()}


def test_every_refusal_is_on_record(cast: Cast, world: World, valkey_server: str) -> None:
    silent = {}
    for address in all_addresses():
        for method in ("get", "post"):
            client = Client()
            client.force_login(cast.third)
            before = InboxEvent.objects.filter(outcome=Outcome.REFUSED).count()
            status = getattr(client, method)(world.path(address)).status_code
            noted = InboxEvent.objects.filter(outcome=Outcome.REFUSED).count() - before
            if noted != (status in {401, 403, 404}):
                silent[address.name, method] = (status, noted)

    assert silent == {}
