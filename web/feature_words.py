"""What each part of a score is called, for whoever reads a match or the model."""

from flask_babel import lazy_gettext as _l

#: part of a score → what it is in words
FEATURES = {
    "passage": _l("Meaning of the texts as a whole"),
    "sentence": _l("Meaning, sentence by sentence"),
    "words": _l("Words in common"),
    "grams": _l("Pieces of words in common"),
    "targets": _l("SDG targets in common"),
    "region": _l("Region"),
    "stage": _l("Stage of the offering"),
    "capacity": _l("Capacity"),
    "kind": _l("Kind of partner"),
    "past": _l("Past collaborations"),
    "result": _l("What came of past collaborations"),
    "budget": _l("Budget and stage"),
    "registered": _l("Registration with us"),
    "fresh": _l("How recent the profile is"),
    "seeks": _l("What the partner is looking for"),
    "sought": _l("What is looked for"),
    "seeking": _l("What the other side is looking for"),
    "alike": _l("Offers much the same"),
}
