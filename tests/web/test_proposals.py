"""Proposals through their pages: handing in, answering, deciding; and each door past which a confidential one stays."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from matcher.services import proposal_data as data_of
from matcher.services import proposal_steps
from models import (
    Collaboration,
    Consultation,
    DigestEntry,
    IndexChange,
    Membership,
    OutboxMessage,
    Passage,
    Proposal,
    ProposalNote,
)
from models.enums import ProposalStatus
from tests import factories
from tests.factories import NOW
from tests.services.test_proposals import Lab, agreed, taken_up_by
from tests.web.test_query_counts import MOST, statements
from web import mailer

SignIn = Callable[[int], FlaskClient]
SECRET, HIDDEN = "極秘の題名", "内密の中身"
TYPED = {"title": "見守りの実証", "summary": "概要です。", "solution": "案です。", "field": "公民館"}


@pytest.fixture
def lab(store: Session) -> Lab:
    made = Lab(store)
    for department, staff in ((made.care, made.care_staff), (made.roads, made.roads_staff)):
        seat = store.exec(select(Membership).where(Membership.user_id == staff.user_id)).one()
        seat.department_id = department.pk
    store.commit()
    return made


def fresh(store: Session, row: Proposal) -> Proposal:
    store.rollback()
    return store.get_one(Proposal, row.pk, populate_existing=True)


def test_from_a_challenge_to_a_receipt(lab: Lab, store: Session, client: FlaskClient, sign_in: SignIn) -> None:
    challenge = factories.challenge(store, lab.town)
    store.commit()
    address = f"/me/proposals/new?challenge_id={challenge.pk}"
    assert address in client.get(f"/challenges/{challenge.pk}").text
    house = sign_in(lab.partner.user_id or 0)
    assert challenge.title in house.get(address).text
    made = house.post(address, data={**TYPED, "field": ""})
    page = house.get(made.location).text
    assert "下書き" in page
    house.post(f"{made.location}/submit")
    row = store.exec(select(Proposal)).one()
    assert row.status is ProposalStatus.RECEIVED
    receipt = house.get(f"{made.location}/receipt").text
    assert "-001" in receipt
    assert row.digest in receipt
    record = house.get(f"{made.location}/record")
    assert data_of.sha256(record.data).hexdigest() == row.digest


def test_what_was_typed_stays_when_something_is_wrong(lab: Lab, store: Session, sign_in: SignIn) -> None:
    house = sign_in(lab.partner.user_id or 0)
    wrong = house.post("/me/proposals/new", data={**TYPED, "title": "", "municipality": lab.town.code})
    assert wrong.status_code == 422
    assert "案です。" in wrong.text
    made = house.post("/me/proposals/new", data={"title": "題だけ", "municipality": lab.town.code})
    handed_in = house.post(f"{made.location}/submit")
    assert handed_in.status_code == 422
    assert handed_in.text.count("入力してください") >= 3
    version = store.exec(select(Proposal.version)).one()
    store.rollback()
    stale = house.post(f"{made.location}/edit", data={**TYPED, "version": version + 5})
    assert stale.status_code == 409
    assert "案です。" in stale.text


def test_departments_answer_on_their_page(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    store.commit()
    office, care = sign_in(lab.office.user_id or 0), sign_in(lab.care_staff.user_id or 0)
    address = f"/city/proposals/{row.pk}"
    assert office.post(f"{address}/consult", data={"question": "", "due": "2099-01-01"}).status_code == 422
    asked = {"departments": [lab.care.pk], "question": "場所はありますか。", "due": "2099-01-01"}
    assert office.post(f"{address}/consult", data=asked).location == address
    consultation = store.exec(select(Consultation)).one()
    answer = f"{address}/consultations/{consultation.pk}/answer"
    assert answer in care.get(address).text
    assert answer not in sign_in(lab.roads_staff.user_id or 0).get(address).text
    assert care.post(answer, data={"says": "no"}).status_code == 422
    assert care.post(answer, data={"says": "yes", "version": consultation.version}).location == f"{address}"
    assert "回答待ち" not in office.get(address).text
    assert "事務局" in office.get("/city/proposals").text


def test_the_office_takes_every_step(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    store.commit()
    office, address = sign_in(lab.office.user_id or 0), f"/city/proposals/{row.pk}"
    office.post(f"{address}/begin_dialogue")
    office.post(f"{address}/notes", data={"held_on": "2026-01-05", "text": "内訳は。", "shared": "y", "asks": "y"})
    office.post(f"{address}/hand-over", data={"department": lab.care.pk})
    office.post(f"{address}/prepare", data={"title": "見守りの実証"})
    collaboration = store.exec(select(Collaboration)).one()
    agreed(lab, collaboration)
    store.commit()
    there = f"/city/collaborations/{collaboration.pk}"
    assert f'href="{there}"' in office.get(address).text
    assert f'href="{address}"' in office.get(there).text
    office.post(f"{there}/steps/begin")
    office.post(f"{there}/result", data={"result": "adopted", "outcome": "来年度も続けます。"})
    assert fresh(store, row).status is ProposalStatus.COMPLETED
    store.rollback()
    office.post(f"{there}/steps/publish")
    assert "来年度も続けます。" in office.get(f"/collaborations/{collaboration.pk}").text
    house = sign_in(lab.partner.user_id or 0)
    assert f'href="/me/collaborations/{collaboration.pk}"' in house.get(f"/me/proposals/{row.pk}").text
    assert f'href="/me/proposals/{row.pk}"' in house.get(f"/me/collaborations/{collaboration.pk}").text
    assert "提案1件のうち、1件が実証" in office.get("/city/funnel").text
    town = office.get(f"/municipalities/{lab.town.code}").text
    assert "受け付けた提案" in town


def test_a_decline_reaches_the_partner_with_its_reason(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    store.commit()
    office, house = sign_in(lab.office.user_id or 0), sign_in(lab.partner.user_id or 0)
    address = f"/city/proposals/{row.pk}"
    assert office.post(f"{address}/decline", data={"reason": ""}).status_code == 422
    office.post(f"{address}/decline", data={"reason": "no_budget", "note": "来年度に考えます。"})
    page = house.get(f"/me/proposals/{row.pk}").text
    assert "予算" in page
    assert "来年度に考えます。" in page


def test_passing_on_is_asked_consented_and_done(lab: Lab, store: Session, sign_in: SignIn) -> None:
    there = factories.municipality(store, "141305", "川崎市")
    row = lab.received()
    store.commit()
    office, house = sign_in(lab.office.user_id or 0), sign_in(lab.partner.user_id or 0)
    address = f"/city/proposals/{row.pk}"
    assert office.post(f"{address}/ask-consent", data={"municipality": ""}).status_code == 422
    office.post(f"{address}/ask-consent", data={"municipality": there.pk})
    house.post(f"/me/proposals/{row.pk}/consent")
    office.post(f"{address}/forward")
    assert fresh(store, row).status is ProposalStatus.FORWARDED
    new = store.exec(select(Proposal).where(Proposal.forwarded_from_id == row.pk)).one()
    assert "最初の受付" in house.get(f"/me/proposals/{new.pk}/receipt").text
    assert office.get(f"/city/proposals/{new.pk}").status_code == 404


def test_notes_for_the_city_alone_stay_there(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    proposal_steps.note(store, lab.office, row.pk, "庁内だけの話", NOW.date(), shared=False, now=NOW)
    store.commit()
    assert "庁内だけの話" in sign_in(lab.care_staff.user_id or 0).get(f"/city/proposals/{row.pk}").text
    house = sign_in(lab.partner.user_id or 0)
    assert "庁内だけの話" not in house.get(f"/me/proposals/{row.pk}").text
    house.post(f"/me/proposals/{row.pk}/notes", data={"held_on": "2026-01-05", "text": "伺います。"})
    assert "伺います。" in store.exec(select(ProposalNote.text)).all()


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("kind=solution", False), ("status=declined", False), ("overdue=1", False), ("q=見守り", True)],
)
def test_the_list_is_narrowed_down_and_saved(
    lab: Lab, store: Session, sign_in: SignIn, query: str, found: bool
) -> None:
    row = lab.received()
    store.commit()
    office = sign_in(lab.office.user_id or 0)
    assert (f"/city/proposals/{row.pk}" in office.get(f"/city/proposals?{query}").text) is found
    assert len(_sheet(office, query)) == (1 if found else 0)


def _sheet(client: FlaskClient, query: str = "") -> list[Any]:
    answer = client.get(f"/city/proposals?{query}&as=xlsx")
    return list(openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(min_row=2, values_only=True))


def test_pages_ask_few_questions(lab: Lab, app: Flask, store: Session, sign_in: SignIn) -> None:
    for _ in range(5):
        lab.asked(lab.received(), lab.care, lab.roads)
    store.commit()
    office = sign_in(lab.office.user_id or 0)
    with statements(app) as seen:
        assert office.get("/city/proposals").status_code == 200
    assert len(seen) <= MOST, "\n\n".join(seen)


@pytest.fixture
def secret(lab: Lab, store: Session) -> Proposal:
    """A confidential proposal that the care department was asked about."""
    row = lab.received(confidential=True, title=SECRET, summary=HIDDEN, solution=HIDDEN)
    lab.asked(row, lab.care)
    proposal_steps.begin_dialogue(store, lab.office, row.pk, now=NOW)
    proposal_steps.note(store, lab.office, row.pk, SECRET, NOW.date(), asks=True, now=NOW)
    store.commit()
    return row


PUBLIC = ("/", "/challenges", f"/challenges?q={SECRET}", "/partners", f"/partners?q={SECRET}", "/collaborations")


@pytest.mark.parametrize("path", [*PUBLIC, f"/collaborations?q={SECRET}", "/groups", "/municipalities/172065"])
def test_no_public_page_or_search_shows_a_confidential_one(secret: Proposal, client: FlaskClient, path: str) -> None:
    """A search repeats what was looked for, so the content is looked for as well."""
    text = client.get(path).text
    assert HIDDEN not in text
    assert f"/proposals/{secret.pk}" not in text
    assert "q=" in path or SECRET not in text


def test_both_sides_talk_on_its_page(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    store.commit()
    office, house = sign_in(lab.office.user_id or 0), sign_in(lab.partner.user_id or 0)
    talk = f"/messages/proposal/{row.pk}"
    assert f'action="{talk}"' in office.get(f"/city/proposals/{row.pk}").text
    house.post(talk, data={"text": "資料を更新しました。"})
    assert "資料を更新しました。" in office.get(f"/city/proposals/{row.pk}").text
    listed = office.get("/messages").text
    assert row.title in listed
    assert lab.house.name in listed
    draft = lab.drafted()
    store.commit()
    assert house.get(f"/messages/proposal/{draft.pk}").status_code == 404


def test_what_came_of_it_is_talked_about_there(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    planned = taken_up_by(lab, row)
    store.commit()
    talk = f'action="/messages/collaboration/{planned.pk}"'
    assert talk in sign_in(lab.office.user_id or 0).get(f"/city/collaborations/{planned.pk}").text
    assert talk in sign_in(lab.partner.user_id or 0).get(f"/me/collaborations/{planned.pk}").text


def test_the_conversation_on_a_confidential_one_is_kept(
    secret: Proposal, lab: Lab, store: Session, sign_in: SignIn
) -> None:
    talk = f"/messages/proposal/{secret.pk}"
    house, care = sign_in(lab.partner.user_id or 0), sign_in(lab.care_staff.user_id or 0)
    roads = sign_in(lab.roads_staff.user_id or 0)
    assert house.post(talk, data={"text": HIDDEN}).status_code == 303
    assert HIDDEN in care.get(talk).text
    assert roads.get(talk).status_code == 404
    assert roads.post(talk, data={"text": "盗み見"}).status_code == 404
    assert SECRET not in roads.get("/messages").text
    told = [entry.params["about"] for entry in store.exec(select(DigestEntry)) if "about" in entry.params]
    assert set(told) == {""}


def test_who_read_along_before_it_became_confidential_reads_no_further(
    lab: Lab, store: Session, sign_in: SignIn
) -> None:
    row = lab.received(title=SECRET)
    store.commit()
    roads, talk = sign_in(lab.roads_staff.user_id or 0), f"/messages/proposal/{row.pk}"
    roads.post(talk, data={"text": "道路課です。"})
    assert SECRET in roads.get("/messages").text
    row.confidential = True
    store.commit()
    assert SECRET not in roads.get("/messages").text


def test_the_receipt_is_a_document(lab: Lab, store: Session, sign_in: SignIn) -> None:
    row = lab.received()
    factories.paper_settings(store, lab.town)
    store.commit()
    office, house = sign_in(lab.office.user_id or 0), sign_in(lab.partner.user_id or 0)
    draft = f"/city/papers/new/proposal_receipt/{row.pk}"
    assert draft in office.get(f"/city/proposals/{row.pk}").text
    assert row.digest in office.get(draft).text
    pdf = house.get(f"/me/proposals/{row.pk}/receipt?as=pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    other = factories.coordinator(store, factories.municipality(store, "141305", "川崎市"))
    store.commit()
    assert sign_in(other.user_id or 0).get(draft).status_code == 404


def test_no_register_names_a_confidential_one(secret: Proposal, lab: Lab, store: Session, sign_in: SignIn) -> None:
    factories.paper_settings(store, lab.town)
    store.commit()
    office, roads = sign_in(lab.office.user_id or 0), sign_in(lab.roads_staff.user_id or 0)
    draft = f"/city/papers/new/proposal_receipt/{secret.pk}"
    issued = office.post(draft).location
    assert SECRET in office.get(issued).text
    assert SECRET not in office.get("/city/papers").text
    for hidden in (draft, issued, f"{issued}?as=pdf"):
        assert roads.get(hidden).status_code == 404


def test_the_plan_is_a_document(lab: Lab, store: Session, sign_in: SignIn) -> None:
    planned = taken_up_by(lab, lab.received())
    store.commit()
    office, draft = sign_in(lab.office.user_id or 0), f"/city/papers/new/pilot_plan/{planned.pk}"
    assert office.get(draft).status_code == 404, "there is no plan yet"
    agreed(lab, planned)
    store.commit()
    assert draft in office.get(f"/city/collaborations/{planned.pk}").text
    assert "世帯" in office.get(draft).text


def test_the_partner_gives_its_confidentiality_up(secret: Proposal, lab: Lab, store: Session, sign_in: SignIn) -> None:
    proposal_steps.prepare(store, lab.office, secret.pk, "実証", now=NOW)
    store.commit()
    house, roads = sign_in(lab.partner.user_id or 0), sign_in(lab.roads_staff.user_id or 0)
    there = f"/city/collaborations/{secret.collaboration_id}"
    for page in (there, "/city/collaborations"):
        assert SECRET not in roads.get(page).text
    assert f"/city/proposals/{secret.pk}" not in roads.get(there).text
    assert "非公開の扱いを解く" in house.get(f"/me/proposals/{secret.pk}").text
    house.post(f"/me/proposals/{secret.pk}/lift")
    assert not fresh(store, secret).confidential
    store.rollback()
    assert f"/city/proposals/{secret.pk}" in roads.get(there).text


OFFICE = ("/city", "/city/proposals", "/city/funnel", "/city/challenges", "/city/partners")


@pytest.mark.parametrize("path", OFFICE)
def test_no_room_shows_it_to_a_department_that_was_not_asked(
    secret: Proposal, lab: Lab, sign_in: SignIn, path: str
) -> None:
    assert SECRET not in sign_in(lab.roads_staff.user_id or 0).get(path).text


def test_its_page_answers_404_to_all_others(secret: Proposal, lab: Lab, store: Session, sign_in: SignIn) -> None:
    other = factories.coordinator(store, factories.municipality(store, "141305", "川崎市"))
    operator = factories.user(store, "運営", is_admin=True)
    store.commit()
    address = f"/city/proposals/{secret.pk}"
    assert sign_in(lab.roads_staff.user_id or 0).get(address).status_code == 404
    assert sign_in(other.user_id or 0).get(address).status_code == 404
    assert sign_in(operator.pk).get(address).status_code == 403
    assert SECRET in sign_in(lab.care_staff.user_id or 0).get(address).text


def test_no_export_holds_it_for_those_whom_it_does_not_concern(secret: Proposal, lab: Lab, sign_in: SignIn) -> None:
    assert _sheet(sign_in(lab.roads_staff.user_id or 0)) == []
    assert SECRET in _sheet(sign_in(lab.office.user_id or 0))[0]


def test_neither_trail_nor_mails_of_the_operator_show_it(secret: Proposal, store: Session, sign_in: SignIn) -> None:
    operator = factories.user(store, "運営", is_admin=True)
    store.commit()
    client = sign_in(operator.pk)
    for path in ("/admin/audit", "/admin/mails", "/admin"):
        assert SECRET not in client.get(path).text


def test_no_recommendation_or_index_reads_it(secret: Proposal, lab: Lab, store: Session, sign_in: SignIn) -> None:
    assert not store.exec(select(IndexChange)).all()
    assert not store.exec(select(Passage)).all()
    assert SECRET not in sign_in(lab.office.user_id or 0).get("/city/supply").text


def test_what_is_mailed_about_it_is_a_number(secret: Proposal, app: Flask, store: Session) -> None:
    for message in store.exec(select(OutboxMessage)).all():
        found = mailer.render(app, app.extensions["settings"], message)
        assert SECRET not in found.subject + found.text + found.html
