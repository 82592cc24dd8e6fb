"""Sets a scheme up as a coordinator does, page by page, from a plain description of it."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.person import Person
from web.i18n import translations

Said = dict[str, Any]


def set_up(city: Person, said: Said) -> int:
    """Set up and publish the scheme that `said` describes; gives its key.

    `said`: name, summary; optional scope (a msgid), kinds (msgids), operator; tiers, each with name, level (a msgid),
    optional requires (the name of a tier), years, rounds [(name, opens, closes)], number, questions, items, rules.
    A question is a dictionary of msgid of the field → what is typed, chosen (str) or ticked (True); "kind" is a msgid.
    """
    city.open("/city/schemes")
    city.follow("Set up a scheme")
    city.write("Name of the scheme", said["name"])
    city.write("What the scheme is for", said["summary"])
    city.write("Run by", said.get("operator", ""))
    for words in (said.get("scope", "Partners of the municipality"), *said.get("kinds", ())):
        city.tick(words)
    city.press("Save")
    expect(city.heading(said["name"])).to_be_visible()
    key = int(city.page.url.rstrip("/").rpartition("/")[2])
    for tier in said["tiers"]:
        _tier(city, key, tier)
    city.open(f"/city/schemes/{key}")
    city.press("Publish")
    city.reads("The scheme is public.")
    return key


def _tier(city: Person, key: int, said: Said) -> None:
    city.open(f"/city/schemes/{key}/tiers/new")
    city.write("Name of the tier", said["name"])
    city.tick(said["level"])
    if "requires" in said:
        city.field("Tier that must be held first").select_option(label=said["requires"])
    city.tick("Applications in rounds" if said.get("rounds") else "Applications at any time")
    city.write("Term in years", str(said.get("years", "")))
    city.write("Number on the certificate", said.get("number", "{year}-{number:03}"))
    city.write("Issued by", said.get("issuer", ""))
    city.press("Save")
    city.reads("The tier has been saved.")
    for name, opens, closes in said.get("rounds", ()):
        city.write("Name of the round", name)
        city.write("Opens on", opens)
        city.write("Last day", closes)
        city.press("Add the round")
        city.reads("The round has been added.")
    city.press("Write the form")
    for question in said.get("questions", ()):
        _question(city, question)
    for items in said.get("items", ()):
        _items(city, items)
    _rules(city, said.get("rules", {}))
    city.press("Take this version into use")
    city.reads("The form is in use: whoever applies from now on fills it in.")


def _question(city: Person, said: Said) -> None:
    city.follow("Add a question")
    for field, value in said.items():
        if field == "kind":
            city.choose("Kind of answer", value)
        elif value is True:
            city.tick(field)
        elif field == "Level of the item":
            city.choose(field, value)
        else:
            city.write(field, value)
    city.press("Save")
    city.reads("The question has been saved.")


def _items(city: Person, said: Said) -> None:
    """`said`: lines, and what they have in common: section, category, level (a msgid)."""
    city.follow("Add many checklist items")
    city.write("Items, one line each", "\n".join(said["lines"]))
    city.write("Section", said.get("section", ""))
    city.write("Category of the self-assessment", said.get("category", ""))
    if "level" in said:
        city.choose("Level of the item", said["level"])
    city.press("Add")
    city.reads("%(count)s items have been added.", count=len(said["lines"]))


def _rules(city: Person, said: Said) -> None:
    """`said`: categories {name: (weight, percent or "")}, total, all_basic, min_challenge, min_targets."""
    if not said:
        return
    city.follow("Change what passes")
    for name, (weight, percent) in said.get("categories", {}).items():
        for words, value in (("Weight in the whole", weight), ("Pass mark in percent", percent)):
            label = f"{name}: {translations(city.language).gettext(words)}"
            city.page.get_by_label(label, exact=True).fill(str(value))
    city.write("Pass mark for the whole, in percent", str(said.get("total", "")))
    if said.get("all_basic"):
        city.tick("All basic items must be met")
    city.write("Least number of challenge items", str(said.get("min_challenge", "")))
    city.write("Least number of SDG targets", str(said.get("min_targets", "")))
    city.press("Save")
    city.reads("What passes has been saved.")
