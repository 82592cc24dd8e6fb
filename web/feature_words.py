"""What each part of a score is called, for whoever reads a match or the model."""

from flask_babel import lazy_gettext as _l

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
    "sought": _l("Offers what is sought"),
    "seeking": _l("Seeks what is offered"),
}
