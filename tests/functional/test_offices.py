"""The pages of administrators in a browser, and the way in of a newcomer by a link."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Officer, Role, Unit
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, OfficerFactory
from tests.factories.onboarding import give_agreement, invited_country, waiting_invitation
from tests.functional.conftest import OpenPage

OWN = ("/officers/", "/officers/?words=nobody-of-that-name", "/officers/invite/", "/officers/import/")


@pytest.fixture
def offices(seen_cast: Cast) -> dict[str, tuple[Officer, str]]:
    """Return every page of administrators with who opens it, each with something on it."""
    own, secretariat = seen_cast.national_administrator, seen_cast.administrator
    second = OfficerFactory.create(unit=secretariat.unit, role=Role.SECRETARIAT_ADMINISTRATOR)
    Unit.objects.create(country=own.unit.country, name="Field office of the north", is_active=False)
    waiting_invitation(own, own.unit)
    country = invited_country(secretariat, state="documents", name="Denmark")
    give_agreement(country, secretariat)
    pages = {path: (own, path) for path in OWN}
    pages["own country"] = own, f"/countries/{own.unit.country_id}/"
    pages["officer"] = own, f"/officers/{seen_cast.owner.pk}/"
    pages["countries"] = secretariat, "/countries/"
    pages["no country"] = secretariat, "/countries/?words=nowhere"
    pages["country on its way in"] = second, f"/countries/{country.pk}/"
    pages["active country"] = secretariat, f"/countries/{own.unit.country_id}/"
    return pages


def _grave(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_offices_are_accessible_wide_and_narrow(
    open_page: OpenPage, offices: dict[str, tuple[Officer, str]], scheme: str
) -> None:
    wrong = {}
    for name, (officer, path) in offices.items():
        page = open_page(officer, path, color_scheme=scheme, bypass_csp=True)
        grave = _grave(page)
        page.set_viewport_size({"width": 360, "height": 740})
        fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if grave or _grave(page) or not fits:
            wrong[name] = (grave, fits)
        page.close()

    assert wrong == {}


def test_newcomer_comes_in_by_the_link(open_page: OpenPage, seen_cast: Cast) -> None:
    waiting_invitation(seen_cast.national_administrator, seen_cast.owner.unit, code="icse-invitation_x")
    page = open_page(None, "/join/#icse-invitation_x", bypass_csp=True)

    expect(page.get_by_label("Your full name")).to_have_value("Nora Newcomer")
    assert "#" not in page.url
    assert _grave(page) == []
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_label("Your password again").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert Officer.objects.filter(email="new@police.example").exists()


def test_administrator_invites_from_a_list_and_is_shown_links(open_page: OpenPage, seen_cast: Cast) -> None:
    page = open_page(seen_cast.national_administrator, "/officers/import/")
    rows = f"email,name,unit,role\nnew@police.example,Nora,{seen_cast.owner.unit.name},analyst\nbad,,,\n"
    file = {"name": "officers.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at the list").click()
    expect(page.get_by_text("1 of 2 rows are in order")).to_be_visible()
    expect(page.get_by_text("No e-mail address")).to_be_visible()

    page.get_by_role("button", name="Invite 1 officer").click()

    expect(page.locator("[data-link]")).to_contain_text("/join/#icse-invitation_")
