"""The forms about documents: to whom one goes, and how the office numbers and signs them all."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from matcher.services import papers as limits
from models import PaperSettings
from models.enums import PaperKind
from web.forms import BaseForm
from web.labels import LABELS
from web.pages.city.forms import NEEDED
from web.partner_forms import VersionField, at_most

LONGEST_ADDRESSEE = 200


class PaperForm(BaseForm):
    """To whom a document goes that is not about one partner."""

    addressee = StringField(_l("Addressee"), [at_most(LONGEST_ADDRESSEE)])


class PaperSettingsForm(BaseForm):
    """Prefix, issuer, seal and contact, and below them a field `form_…` with the 様式 of each kind."""

    prefix = StringField(_l("Prefix of document numbers"), [NEEDED, at_most(limits.LONGEST["prefix"])])
    issuer_title = StringField(_l("Title of the issuer"), [NEEDED, at_most(limits.LONGEST["issuer_title"])])
    issuer_name = StringField(_l("Name of the issuer"), [at_most(limits.LONGEST["issuer_name"])])
    seal_note = StringField(_l("Note on the seal"), [at_most(limits.LONGEST["seal_note"])])
    contact = StringField(_l("Contact printed at the end"), [at_most(limits.LONGEST["contact"])])
    version = VersionField()

    def said(self) -> dict[str, str]:
        """What was typed about numbers and names."""
        return {name: self[name].data or "" for name in limits.LONGEST}

    def forms(self) -> dict[str, str]:
        """What was typed as the 様式 of each kind."""
        return {kind.value: self[f"form_{kind}"].data or "" for kind in PaperKind}


for _kind in PaperKind:
    setattr(PaperSettingsForm, f"form_{_kind}", StringField(LABELS[PaperKind, _kind], [at_most(limits.LONGEST_FORM)]))


def typed(row: PaperSettings | None) -> dict[str, object]:
    """Stored settings as the fields of their form."""
    if row is None:
        return {}
    kept = {name: getattr(row, name) for name in (*limits.LONGEST, "version")}
    return kept | {f"form_{kind}": text for kind, text in row.forms.items()}
