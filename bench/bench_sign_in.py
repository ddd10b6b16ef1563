"""Whether the time of an answer tells a guesser anything: unknown account, wrong password, locked account.

Each is asked in turn, in an order that changes, so that a busy machine slows all alike; the times are
compared by the test of Mann and Whitney, two-sided. Passwords are hashed as in production.

    python -m bench.bench_sign_in [--samples 300]
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Mapping
from itertools import combinations

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django
from django.apps import apps
from django.conf import global_settings, settings
from django.db.models import Model, QuerySet
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from scipy.stats import mannwhitneyu

from bench.installation import installation
from bench.quiet import load_note

ADDRESS = "198.51.100.7"


def accounts() -> Mapping[str, str]:
    """Make two officers, lock one out from here, and return whom to name, by what they stand for."""
    from tests.factories.accounts import OfficerFactory  # noqa: PLC0415 - wants Django set up

    known, locked = (OfficerFactory.create().email for _ in range(2))
    named = {"unknown": "nobody@police.example", "wrong": known, "locked": locked}
    for email in named.values():
        taken(email)
    _attempts().filter(username=locked).update(failures_since_start=1_000_000)
    return named


def _attempts() -> QuerySet[Model]:
    attempts: QuerySet[Model] = apps.get_model("axes", "AccessAttempt")._default_manager.all()
    return attempts


def taken(email: str) -> float:
    """Return how many seconds the answer to a wrong password took."""
    began = time.perf_counter()
    answer = Client(REMOTE_ADDR=ADDRESS).post(reverse("sign_in"), {"username": email, "password": "wrong"})
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        message = f"{email} was answered {answer.status_code}"
        raise SystemExit(message)
    return seconds


def measure(named: Mapping[str, str], samples: int) -> dict[str, list[float]]:
    """Ask about each in turn and return the seconds that the answers took."""
    seconds: dict[str, list[float]] = {name: [] for name in named}
    for _ in range(samples):
        for name in random.sample(sorted(named), len(named)):
            seconds[name].append(taken(named[name]))
        # Nobody but the locked one is to become locked by this.
        _attempts().exclude(username=named["locked"]).update(failures_since_start=1)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=300)
    options = parser.parse_args()
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    django.setup()
    setup_test_environment()
    with installation():
        seconds = measure(accounts(), options.samples)
    print(f"{options.samples} answers each; {load_note()}")
    for name, values in seconds.items():
        print(f"  {name:8} median {statistics.median(values) * 1000:.1f} ms")
    for one, other in combinations(seconds, 2):
        print(f"  {one} against {other}: p = {mannwhitneyu(seconds[one], seconds[other]).pvalue:.2f}")


if __name__ == "__main__":
    main()
