"""axe-core on every page there is, in both languages, at a desk and on a phone."""

import pytest

from tests.browser import pages
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.pages import NO_PAGES, PAGES, VISITOR
from web.app import create_app
from web.settings import load_settings

pytestmark = pytest.mark.browser


def test_every_page_is_looked_at() -> None:
    app = create_app(load_settings({"MUSUBI_MODE": "test"}))
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    listed = [endpoint for names in PAGES.values() for endpoint in names.split()]
    assert answering - NO_PAGES == set(listed), "pages that tests/browser/pages.py does not list, or that are gone"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("who", PAGES, ids=lambda who: who.partition("@")[0] or "visitor")
def test_no_page_has_a_serious_fault(meet: Meet, site: Installation, who: str, language: str) -> None:
    person, faults = meet(language), []
    if who != VISITOR:
        person.sign_in(who)
    for place in pages.places(site, who):
        try:
            assert person.open(place.path) == place.status, f"{place.path} does not answer {place.status}"
            audit(person.page)
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n\n".join(faults)
