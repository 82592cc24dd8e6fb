"""Setting schemes up: the ladder, rounds, versions of forms, what passes, screeners, and who may do it."""

from datetime import date

import pytest
from sqlmodel import Session, select

from matcher import policy
from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor, Seat
from matcher.services import scheme_forms, scheme_seats, schemes
from matcher.services.assessment import CategoryRule, Rules
from matcher.services.scheme_forms import QuestionData
from matcher.services.schemes import SchemeData, TierData
from models import Application, AuditEvent, Membership, Municipality, OutboxMessage, Scheme, SchemeForm, SchemeTier
from models.enums import ApplicationStatus, Intake, ItemLevel, PartnerKind, QuestionKind, Role, TierLevel
from models.queries import schemes as queries
from tests import factories
from tests.factories import NOW

DATA = SchemeData(name="推進パートナー", eligible_kinds=(PartnerKind.NPO, PartnerKind.COMPANY))
TIER = TierData(name="登録", level=TierLevel.REGISTRATION)
ITEM = QuestionData(kind=QuestionKind.CHECK, label="節電", category="環境", level=ItemLevel.BASIC)


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


@pytest.fixture
def office(session: Session, town: Municipality) -> Actor:
    return factories.coordinator(session, town)


@pytest.fixture
def scheme(session: Session, town: Municipality, office: Actor) -> Scheme:
    return schemes.create(session, office, town.pk, DATA, now=NOW)


@pytest.fixture
def tier(session: Session, office: Actor, scheme: Scheme) -> SchemeTier:
    return schemes.add_tier(session, office, scheme.pk, TIER, now=NOW)


@pytest.fixture
def form(session: Session, office: Actor, tier: SchemeTier) -> SchemeForm:
    return scheme_forms.draft(session, office, tier.pk, now=NOW)


def test_schemes_of_an_office_count_up_and_keep_kinds_in_order(
    session: Session, town: Municipality, office: Actor, scheme: Scheme
) -> None:
    second = schemes.create(session, office, town.pk, DATA, now=NOW)
    assert (scheme.key, second.key) == ("172065-1", "172065-2")
    assert scheme.eligible_kinds == ["company", "npo"]
    assert not scheme.published


def test_only_coordinators_of_the_office_set_schemes_up(session: Session, town: Municipality, scheme: Scheme) -> None:
    staff = factories.department_staff(session, town)
    stranger = factories.coordinator(session, factories.municipality(session, "431001", "熊本市"))
    for actor, error in ((staff, NotAllowed), (stranger, NotFound)):
        with pytest.raises(error):
            schemes.create(session, actor, town.pk, DATA, now=NOW)
        with pytest.raises(error):
            schemes.edit(session, actor, scheme.pk, DATA, None, now=NOW)
        with pytest.raises(error):
            schemes.add_tier(session, actor, scheme.pk, TIER, now=NOW)
    assert queries.ids(session, queries.SchemeFilter()) == []


def test_a_stale_change_is_refused(session: Session, office: Actor, scheme: Scheme) -> None:
    read = scheme.version
    schemes.edit(session, office, scheme.pk, SchemeData(name="新名称"), read, now=NOW)
    session.flush()
    with pytest.raises(Conflict):
        schemes.edit(session, office, scheme.pk, SchemeData(name="別名"), read, now=NOW)


def test_a_scheme_is_public_once_somebody_could_apply(
    session: Session, office: Actor, scheme: Scheme, form: SchemeForm
) -> None:
    with pytest.raises(Invalid):
        schemes.publish(session, office, scheme.pk, now=NOW)
    scheme_forms.add(session, office, form.pk, ITEM, now=NOW)
    scheme_forms.publish(session, office, form.pk, now=NOW)
    schemes.publish(session, office, scheme.pk, now=NOW)
    schemes.publish(session, office, scheme.pk, now=NOW)
    assert queries.ids(session, queries.SchemeFilter()) == [scheme.pk]
    assert queries.ids(session, queries.SchemeFilter(levels=["declaration"])) == []
    assert session.exec(select(AuditEvent).where(AuditEvent.event == "scheme.published")).one()
    schemes.unpublish(session, office, scheme.pk, now=NOW)
    assert queries.ids(session, queries.SchemeFilter()) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"term_years": 0}, "term_years"),
        ({"term_years": 21}, "term_years"),
        ({"renew_from_days": -1}, "renew_from_days"),
        ({"number_format": "KS"}, "number_format"),
        ({"number_format": "{number}{x}"}, "number_format"),
        ({"number_format": "{number.__class__}"}, "number_format"),
        ({"number_format": "{number"}, "number_format"),
        ({"number_format": "{number:>99}"}, "number_format"),
        ({"number_format": "{number:0999999999}"}, "number_format"),
        ({"number_format": "{number:{year.__class__}}"}, "number_format"),
        ({"number_format": "{number!r}"}, "number_format"),
        ({"requires_id": 999_999}, "requires_id"),
        ({"benefits": ("長" * 201,)}, "benefits"),
    ],
)
def test_what_a_tier_cannot_be(session: Session, office: Actor, scheme: Scheme, changes: dict, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        schemes.add_tier(session, office, scheme.pk, TierData(**{**vars(TIER), **changes}), now=NOW)
    assert list(refused.value.fields) == [field]


def test_a_tier_may_only_require_one_below_it(
    session: Session, office: Actor, scheme: Scheme, tier: SchemeTier
) -> None:
    gold = TierData(name="認証", level=TierLevel.CERTIFICATION, requires_id=tier.pk)
    upper = schemes.add_tier(session, office, scheme.pk, gold, now=NOW)
    assert [card.tier.name for card in queries.ladder(session, scheme.pk)] == ["登録", "認証"]
    for wrong in (upper.pk, tier.pk):
        said = TierData(name="登録", level=TierLevel.REGISTRATION, requires_id=wrong)
        with pytest.raises(Invalid):
            schemes.edit_tier(session, office, tier.pk, said, None, now=NOW)
    with pytest.raises(InvalidTransition):
        schemes.remove_tier(session, office, tier.pk, now=NOW)
    schemes.remove_tier(session, office, upper.pk, now=NOW)
    schemes.remove_tier(session, office, tier.pk, now=NOW)
    assert queries.ladder(session, scheme.pk) == []


def test_rounds_open_and_close(session: Session, office: Actor, scheme: Scheme, form: SchemeForm) -> None:
    tier = session.get_one(SchemeTier, form.tier_id)
    tier.intake = Intake.ROUNDS
    opens, closes = date(2026, 6, 1), date(2026, 6, 30)
    with pytest.raises(Invalid):
        schemes.add_round(session, office, tier.pk, "第1回", closes, opens, None, now=NOW)
    made = schemes.add_round(session, office, tier.pk, "第1回", opens, closes, date(2026, 8, 1), now=NOW)
    scheme_forms.add(session, office, form.pk, ITEM, now=NOW)
    scheme_forms.publish(session, office, form.pk, now=NOW)
    card = queries.ladder(session, scheme.pk)[0]
    days = (date(2026, 5, 31), opens, closes, date(2026, 7, 1))
    assert [card.open_on(day) for day in days] == [False, True, True, False]
    house = factories.partner(session)
    session.add(_application(scheme, tier, form, house.pk, round_id=made.pk))
    session.flush()
    with pytest.raises(InvalidTransition):
        schemes.remove_round(session, office, made.pk, now=NOW)


def _application(scheme: Scheme, tier: SchemeTier, form: SchemeForm, partner_id: int, **more: object) -> Application:
    places = {"scheme_id": scheme.pk, "tier_id": tier.pk, "form_id": form.pk, "partner_id": partner_id}
    said = {"municipality_id": scheme.municipality_id, "status": ApplicationStatus.RECEIVED, "status_since": NOW}
    return Application(**places, **said, **more)


def test_a_published_form_changes_only_in_its_next_version(
    session: Session, office: Actor, tier: SchemeTier, form: SchemeForm
) -> None:
    first = scheme_forms.add(session, office, form.pk, ITEM, now=NOW)
    scheme_forms.publish(session, office, form.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        scheme_forms.add(session, office, form.pk, ITEM, now=NOW)
    with pytest.raises(InvalidTransition):
        scheme_forms.remove(session, office, first.pk, now=NOW)
    following = scheme_forms.draft(session, office, tier.pk, now=NOW)
    assert scheme_forms.draft(session, office, tier.pk, now=NOW) is following
    copied = queries.questions(session, following.pk)
    assert [(row.key, row.label, row.level) for row in copied] == [("q1", "節電", ItemLevel.BASIC)]
    scheme_forms.edit(session, office, copied[0].pk, QuestionData(**{**vars(ITEM), "label": "省エネ"}), now=NOW)
    assert queries.form_in_use(session, tier.pk) is form
    assert first.label == "節電"
    scheme_forms.publish(session, office, following.pk, now=NOW)
    assert queries.form_in_use(session, tier.pk) is following


def test_questions_are_moved_and_keep_their_keys(session: Session, office: Actor, form: SchemeForm) -> None:
    made = scheme_forms.add_items(session, office, form.pk, ["一", "二", "三"], ITEM, now=NOW)
    scheme_forms.move(session, office, made[2].pk, -1, now=NOW)
    scheme_forms.move(session, office, made[0].pk, -1, now=NOW)
    scheme_forms.remove(session, office, made[1].pk, now=NOW)
    late = scheme_forms.add(session, office, form.pk, ITEM, now=NOW)
    rows = queries.questions(session, form.pk)
    assert [(row.key, row.label) for row in rows] == [("q1", "一"), ("q3", "三"), ("q4", "節電")]
    assert rows[-1] is late


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "長" * 301}, "label"),
        ({"weight": -1}, "weight"),
        ({"weight": float("nan")}, "weight"),
        ({"kind": QuestionKind.CHOICE}, "options"),
        ({"kind": QuestionKind.CHOICE, "options": (("はい", 1), ("いいえ", -1))}, "options"),
        ({"kind": QuestionKind.CHOICE, "options": (("はい", 1), ("いいえ", float("nan")))}, "options"),
    ],
)
def test_what_a_question_cannot_be(
    session: Session, office: Actor, form: SchemeForm, changes: dict, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        scheme_forms.add(session, office, form.pk, QuestionData(**{**vars(ITEM), **changes}), now=NOW)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (Rules(categories=(CategoryRule("社会"),)), "no_category"),
        (Rules(all_basic=True, min_challenge=1), "no_challenge"),
        (Rules(min_targets=1), "no_targets"),
    ],
)
def test_rules_that_nobody_could_meet_keep_a_form_out_of_use(
    session: Session, office: Actor, form: SchemeForm, rules: Rules, code: str
) -> None:
    with pytest.raises(Invalid) as empty:
        scheme_forms.publish(session, office, form.pk, now=NOW)
    assert empty.value.fields == {"form": "no_question"}
    scheme_forms.add(session, office, form.pk, ITEM, now=NOW)
    scheme_forms.set_rules(session, office, form.pk, rules, now=NOW)
    with pytest.raises(Invalid) as refused:
        scheme_forms.publish(session, office, form.pk, now=NOW)
    assert refused.value.fields == {"form": code}


def test_rules_are_kept_as_they_were_said(session: Session, office: Actor, form: SchemeForm) -> None:
    rules = Rules((CategoryRule("環境", 2.0, 0.6), CategoryRule("社会")), 0.5, True, 5, 1)
    scheme_forms.set_rules(session, office, form.pk, rules, now=NOW)
    assert Rules.of(form.rules) == rules
    with pytest.raises(Invalid):
        scheme_forms.set_rules(session, office, form.pk, Rules(total_pass_share=1.2), now=NOW)


def test_choices_are_read_line_by_line() -> None:
    assert scheme_forms.read_options("実施 | 2\n\n 検討中｜1 \n未実施") == (
        ("実施", 2.0),
        ("検討中", 1.0),
        ("未実施", 0.0),
    )
    with pytest.raises(Invalid):
        scheme_forms.read_options("実施 | たくさん")


def test_a_screener_sees_one_scheme_and_never_sets_it_up(
    session: Session, town: Municipality, office: Actor, scheme: Scheme
) -> None:
    person = factories.user(session, "審査 四郎")
    with pytest.raises(Invalid):
        scheme_seats.give(session, office, scheme.pk, "nobody@example.jp", now=NOW)
    row = scheme_seats.give(session, office, scheme.pk, person.email.upper(), now=NOW)
    assert scheme_seats.give(session, office, scheme.pk, person.email, now=NOW) is row
    assert [mail.template for mail in session.exec(select(OutboxMessage))] == ["screener_added"]
    screener = Actor(person.pk, (Seat(Role.REVIEWER, scheme_id=scheme.pk),))
    assert policy.may(screener, "scheme.view", schemes.of_scheme(scheme))
    with pytest.raises(NotAllowed):
        schemes.edit(session, screener, scheme.pk, DATA, None, now=NOW)
    other = schemes.create(session, office, town.pk, DATA, now=NOW)
    assert not policy.may(screener, "scheme.view", schemes.of_scheme(other))
    scheme_seats.take(session, office, other.pk, row.pk, now=NOW)
    assert session.get(Membership, row.pk) is not None
    scheme_seats.take(session, office, scheme.pk, row.pk, now=NOW)
    assert queries.screeners(session, scheme.pk) == []
