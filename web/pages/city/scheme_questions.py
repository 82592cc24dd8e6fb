"""The form of a tier as a coordinator builds it: its questions, what passes, and taking a version into use."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid, NotFound
from matcher.services import flow
from matcher.services import scheme_forms as service
from matcher.services.assessment import Rules
from matcher.services.schemes import lines
from models import SchemeForm as Version
from models import SchemeQuestion, SchemeTier
from models.enums import QuestionKind
from models.queries import schemes as queries
from web import questions as drawing
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.room import bp
from web.pages.city.scheme_fields import ItemsForm, QuestionForm, RulesForm, counted, sections
from web.pages.city.schemes import editable, own_tier

FORM = "/city/schemes/<int:scheme_id>/tiers/<int:tier_id>/form"
STEPS = {"up": -1, "down": 1}
#: what keeps a form from being taken into use → the sentence that says what to do
OBSTACLES = {
    "no_question": _l("The form has no question yet."),
    "no_category": _l("What passes names a category that no question has. Please look through both."),
    "no_basic": _l("All basic items are asked for, but no item is a basic one."),
    "no_challenge": _l("More challenge items are asked for than there are."),
    "no_targets": _l("SDG targets are asked for, but no question asks for actions by goal and target."),
}


@bp.get(FORM)
@access(Access.COORDINATOR)
def form_edit(scheme_id: int, tier_id: int) -> Response:
    """The version that is being written, question by question."""
    return _show(*_draft(scheme_id, tier_id))


@bp.get(f"{FORM}/preview")
@access(Access.COORDINATOR)
def form_preview(scheme_id: int, tier_id: int) -> Response:
    """The version that is being written as an applicant will see it, or one who renews; nothing is kept of it."""
    tier, form = _draft(scheme_id, tier_id)
    asked, renewing = queries.questions(db(), form.pk), "renewal" in request.args
    shown = [question for question in asked if renewing or not question.renewal_only]
    return page(
        "city/form_preview.html",
        scheme_id=scheme_id,
        tier=tier,
        form=form,
        parts=drawing.sections(shown, {}),
        renewing=renewing,
        differs=any(question.renewal_only for question in asked),
    )


@bp.route(f"{FORM}/begin", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def form_begin(scheme_id: int, tier_id: int) -> Response:
    """Begin a version: empty, or a copy of the one in use."""
    row, tier = editable(scheme_id), own_tier(scheme_id, tier_id)
    if request.method == "POST":
        service.draft(db(), actor(), tier.pk, now=now())
        return see_other(url_for("city.form_edit", scheme_id=row.pk, tier_id=tier.pk))
    return see_other(url_for("city.tier", scheme_id=row.pk, tier_id=tier.pk))


@bp.route(f"{FORM}/publish", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def form_publish(scheme_id: int, tier_id: int) -> Response:
    """Take the version into use."""
    tier, form = _draft(scheme_id, tier_id)
    if request.method == "GET":
        return _show(tier, form)
    try:
        service.publish(db(), actor(), form.pk, now=now())
    except Invalid as error:
        return _show(tier, form, 422, error.fields["form"])
    flash(_("The form is in use: whoever applies from now on fills it in."), "success")
    return see_other(url_for("city.tier", scheme_id=scheme_id, tier_id=tier.pk))


@bp.route(f"{FORM}/questions/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def question_new(scheme_id: int, tier_id: int) -> Response:
    """Put a question at the end."""
    tier, form = _draft(scheme_id, tier_id)
    return _write(tier, form, QuestionForm.of(None), None)


@bp.route(f"{FORM}/questions/<int:question_id>", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def question_edit(scheme_id: int, tier_id: int, question_id: int) -> Response:
    """Change a question."""
    tier, form = _draft(scheme_id, tier_id)
    row = _question(form, question_id)
    return _write(tier, form, QuestionForm.of(row), row)


def _write(tier: SchemeTier, form: Version, typed: QuestionForm, row: SchemeQuestion | None) -> Response:
    context = {"scheme_id": tier.scheme_id, "tier": tier, "form": typed, "row": row}
    if request.method == "GET":
        return page("city/question_form.html", **context)
    if not typed.validate():
        return page("city/question_form.html", status=422, **context)
    try:
        if row is None:
            service.add(db(), actor(), form.pk, typed.read(), now=now())
        else:
            service.edit(db(), actor(), row.pk, typed.read(), now=now())
    except Invalid as error:
        typed.show(error)
        return page("city/question_form.html", status=422, **context)
    flash(_("The question has been saved."), "success")
    return see_other(url_for("city.form_edit", scheme_id=tier.scheme_id, tier_id=tier.pk))


@bp.post(f"{FORM}/questions/<int:question_id>/<any(up, down, remove):action>")
@access(Access.COORDINATOR)
def question_step(scheme_id: int, tier_id: int, question_id: int, action: str) -> Response:
    """Move a question or take it out."""
    tier, form = _draft(scheme_id, tier_id)
    row = _question(form, question_id)
    if action == "remove":
        service.remove(db(), actor(), row.pk, now=now())
    else:
        service.move(db(), actor(), row.pk, STEPS[action], now=now())
    return see_other(url_for("city.form_edit", scheme_id=scheme_id, tier_id=tier.pk) + f"#question-{question_id}")


@bp.route(f"{FORM}/items", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def items_add(scheme_id: int, tier_id: int) -> Response:
    """Put many items of a checklist at the end at once."""
    (tier, form), typed = _draft(scheme_id, tier_id), ItemsForm.of_request()
    context = {"scheme_id": scheme_id, "tier": tier, "form": typed}
    if request.method == "GET":
        return page("city/items_form.html", **context)
    try:
        if not typed.validate():
            return page("city/items_form.html", status=422, **context)
        made = service.add_items(db(), actor(), form.pk, lines(typed.items.data), typed.read(), now=now())
    except Invalid as error:
        typed.show(Invalid({"items": next(iter(error.fields.values()))}))
        return page("city/items_form.html", status=422, **context)
    flash(_("%(count)s items have been added.", count=len(made)), "success")
    return see_other(url_for("city.form_edit", scheme_id=scheme_id, tier_id=tier.pk))


@bp.route(f"{FORM}/rules", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def rules_edit(scheme_id: int, tier_id: int) -> Response:
    """Say what passes."""
    tier, form = _draft(scheme_id, tier_id)
    rules, categories = Rules.of(form.rules), counted(queries.questions(db(), form.pk))
    typed = RulesForm.of(rules)
    stored = {category.name: category for category in rules.categories}
    context = {"scheme_id": scheme_id, "tier": tier, "form": typed, "categories": categories, "stored": stored}
    if request.method == "GET":
        return page("city/rules_form.html", **context)
    if not typed.validate():
        return page("city/rules_form.html", status=422, **context)
    try:
        service.set_rules(db(), actor(), form.pk, typed.read(categories), now=now())
    except Invalid as error:
        typed.show(error)
        return page("city/rules_form.html", status=422, wrong="categories" in error.fields, **context)
    flash(_("What passes has been saved."), "success")
    return see_other(url_for("city.form_edit", scheme_id=scheme_id, tier_id=tier.pk))


def _draft(scheme_id: int, tier_id: int) -> tuple[SchemeTier, Version]:
    """The tier with the version that is being written. Raises NotFound when there is none, or NotAllowed."""
    editable(scheme_id)
    tier = own_tier(scheme_id, tier_id)
    form = queries.newest_form(db(), tier.pk)
    if form is None or form.published_at is not None:
        raise NotFound()
    return tier, form


def _question(form: Version, question_id: int) -> SchemeQuestion:
    row = flow.get(db(), SchemeQuestion, question_id)
    if row.form_id != form.pk:
        raise NotFound()
    return row


def _show(tier: SchemeTier, form: Version, status: int = 200, obstacle: str = "") -> Response:
    questions = queries.questions(db(), form.pk)
    return page(
        "city/form.html",
        status=status,
        scheme_id=tier.scheme_id,
        tier=tier,
        form=form,
        questions=questions,
        sections=sections(questions),
        rules=Rules.of(form.rules),
        obstacle=OBSTACLES.get(obstacle),
        checks=sum(question.kind is QuestionKind.CHECK for question in questions),
    )
