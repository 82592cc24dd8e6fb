"""Documents on the pages of an office and of a partner: drafted, issued, listed, and hidden from everybody else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import Application, Challenge, IssuedPaper, Municipality, PaperSettings, Partner
from models.enums import ApplicationStatus, GroupRole, MeetingStatus, PaperKind
from tests import factories
from tests.factories import NOW

SETTINGS = {"prefix": "加企", "issuer_title": "加賀市長", "form_request_sheet": "様式第1号", "version": ""}


@dataclass
class Office:
    town: Municipality
    challenge: Challenge
    house: Partner
    client: FlaskClient
    staff: FlaskClient
    outsider: FlaskClient
    partner: FlaskClient


@pytest.fixture
def office(store: Session, sign_in: Callable[[int], FlaskClient]) -> Office:
    town, other = factories.municipality(store), factories.municipality(store, "431001", "熊本市")
    house, challenge = factories.partner(store, town=town), factories.challenge(store, town)
    actors = (
        factories.coordinator(store, town),
        factories.department_staff(store, town),
        factories.coordinator(store, other),
        factories.partner_admin(store, house),
    )
    store.commit()
    return Office(town, challenge, house, *(sign_in(actor.user_id or 0) for actor in actors))


def test_from_the_settings_to_the_register(office: Office, store: Session) -> None:
    address = f"/city/papers/new/request_sheet/{office.challenge.pk}"
    assert "先に文書番号と発行者名を設定してください" in office.client.get(address).text
    assert office.client.post(address).status_code == 422
    assert office.client.post("/city/papers/settings", data=SETTINGS).location == "/city/papers"
    page = office.client.get(address).text
    assert "（案）" in page
    assert "加賀市長" in page
    answer = office.client.post(address, data={"addressee": "事務局 御中"})
    row = store.exec(select(IssuedPaper)).one()
    assert answer.location == f"/city/papers/{row.pk}"
    shown = office.client.get(answer.location).text
    for words in ("加企第1号", "様式第1号", "事務局 御中", office.challenge.title):
        assert words in shown
    assert "（案）" not in shown
    assert f'href="/city/papers/{row.pk}"' in office.client.get("/city/papers?q=加企&kind=request_sheet").text
    assert "加企第1号" in office.client.get(address).text, "what was issued before is named"


def test_what_was_issued_stays_when_its_subject_changes(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    store.commit()
    before = office.challenge.title
    location = office.client.post(f"/city/papers/new/request_sheet/{office.challenge.pk}").location
    office.challenge.title = "別の題"
    store.commit()
    shown = office.client.get(location).text
    assert before in shown
    assert "別の題" not in shown
    row = store.exec(select(IssuedPaper)).one()
    row.body += "改ざん"
    store.commit()
    assert "照合値と一致しません" in office.client.get(location).text


def test_a_document_opens_as_pdf(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    store.commit()
    address = f"/city/papers/new/request_sheet/{office.challenge.pk}"
    location = office.client.post(address).location
    for place in (address, location):
        answer = office.client.get(f"{place}?as=pdf")
        assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_others_see_nothing_of_it(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    mine, ours = factories.paper(store, office.town, office.house), factories.paper(store, office.town, number=2)
    row = factories.handed_in(store, office.town, office.house)
    store.commit()
    for address in (
        f"/city/papers/{mine.pk}",
        f"/city/papers/{mine.pk}?as=pdf",
        f"/city/papers/new/request_sheet/{office.challenge.pk}",
        f"/city/papers/new/application_form/{row.pk}",
        f"/city/papers/new/scheme_report/{row.scheme_id}",
    ):
        assert office.client.get(address).status_code == 200, address
        assert office.outsider.get(address).status_code == 404, address
    assert "文書1" not in office.outsider.get("/city/papers").text
    assert "文書1" in office.partner.get("/me/papers").text
    assert "文書2" not in office.partner.get("/me/papers").text
    assert office.partner.get(f"/me/papers/{mine.pk}").status_code == 200
    assert office.partner.get(f"/me/papers/{ours.pk}").status_code == 404
    assert office.partner.get(f"/me/applications/{row.pk}/form").status_code == 200


def test_staff_read_and_do_not_issue(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    store.commit()
    address = f"/city/papers/new/request_sheet/{office.challenge.pk}"
    assert '<form method="post"' not in office.staff.get(address).text.split("<main")[1]
    assert office.staff.post(address).status_code == 403
    assert office.staff.get("/city/papers/settings").status_code == 403


@pytest.mark.parametrize("kind", ["decision", "certificate", "minutes", "nonsense"])
def test_what_cannot_be_written_yet_is_not_found(office: Office, store: Session, kind: str) -> None:
    row = factories.handed_in(store, office.town, office.house)
    store.commit()
    assert office.client.get(f"/city/papers/new/{kind}/{row.pk}").status_code == 404


def test_a_form_gets_no_number_of_the_office(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    row = factories.handed_in(store, office.town, office.house)
    draft = factories.handed_in(store, office.town, office.house, status=ApplicationStatus.DRAFT)
    store.commit()
    assert office.client.post(f"/city/papers/new/application_form/{row.pk}").status_code == 404
    assert office.client.get(f"/city/papers/new/application_form/{draft.pk}").status_code == 404
    assert office.partner.get(f"/me/applications/{draft.pk}/form").status_code == 200


def test_a_decision_goes_to_the_partner(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    refused = {"status": ApplicationStatus.REFUSED, "decided_at": NOW, "reason": "要件に当たらないため。"}
    row = factories.handed_in(store, office.town, office.house, **refused)
    store.commit()
    office.client.post(f"/city/papers/new/decision/{row.pk}", data={"addressee": "だれか"})
    paper = store.exec(select(IssuedPaper)).one()
    assert (paper.kind, paper.addressee, paper.partner_id) == (PaperKind.DECISION, "株式会社みらい", office.house.pk)
    shown = office.partner.get(f"/me/papers/{paper.pk}").text
    assert "要件に当たらないため。" in shown
    assert "だれか" not in shown


def test_mistakes_in_the_settings_stand_beside_the_field(office: Office, store: Session) -> None:
    answer = office.client.post("/city/papers/settings", data=SETTINGS | {"prefix": "", "contact": "x" * 201})
    assert answer.status_code == 422
    assert 'id="prefix-error"' in answer.text
    assert 'id="contact-error"' in answer.text
    office.client.post("/city/papers/settings", data=SETTINGS)
    stale = office.client.post("/city/papers/settings", data=SETTINGS | {"prefix": "企", "version": "99"})
    assert stale.status_code == 409
    assert 'value="企"' in stale.text
    assert store.exec(select(PaperSettings.prefix)).one() == "加企"


def test_the_register_and_a_report_as_excel(office: Office, store: Session) -> None:
    factories.paper(store, office.town)
    row = factories.handed_in(store, office.town, office.house)
    store.commit()
    lists = {
        "/city/papers?as=xlsx": ("加企第1号", 0),
        f"/city/papers/new/scheme_report/{row.scheme_id}?year=2026&as=xlsx": (1, 3),
    }
    for address, (value, column) in lists.items():
        book = openpyxl.load_workbook(BytesIO(office.client.get(address).data))
        assert list(book.active.values)[1][column] == value


def _granted(office: Office, store: Session) -> Application:
    term = {"valid_from": NOW.date() - timedelta(days=90), "valid_until": NOW.date() + timedelta(days=1000)}
    said = {"status": ApplicationStatus.GRANTED, "number": "2026-001", "verify_key": "k3yK3y_-AbCdEf", **term}
    row = factories.handed_in(store, office.town, office.house, decided_at=NOW, **said)
    factories.paper_settings(store, office.town)
    store.commit()
    return row


def test_an_application_leads_to_its_documents(office: Office, store: Session) -> None:
    row = _granted(office, store)
    page = office.client.get(f"/city/applications/{row.pk}").text
    for kind in ("application_form", "decision", "certificate"):
        assert f"/city/papers/new/{kind}/{row.pk}" in page
    assert "発行するとここからPDFで保存できます" in office.partner.get(f"/me/applications/{row.pk}").text
    office.client.post(f"/city/papers/new/certificate/{row.pk}")
    paper = store.exec(select(IssuedPaper)).one()
    assert f'href="/city/papers/{paper.pk}"' in office.client.get(f"/city/applications/{row.pk}").text
    held = office.partner.get(f"/me/applications/{row.pk}").text
    assert f'href="/me/papers/{paper.pk}?as=pdf"' in held
    assert f'href="/me/applications/{row.pk}/form"' in held
    row.status = ApplicationStatus.SUSPENDED
    store.commit()
    page = office.client.get(f"/city/applications/{row.pk}").text
    assert f"/city/papers/new/certificate/{row.pk}" not in page
    assert f"/city/papers/new/decision/{row.pk}" in page


def test_the_code_of_an_issued_certificate_says_whether_it_is_valid(
    office: Office, store: Session, client: FlaskClient
) -> None:
    row = _granted(office, store)
    office.client.post(f"/city/papers/new/certificate/{row.pk}")
    paper = store.exec(select(IssuedPaper)).one()
    data = office.partner.get(f"/me/papers/{paper.pk}?as=pdf").data
    (code,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(data)[0].render(scale=3).to_pil())
    path = urlsplit(code.text).path
    assert "この登録・認証は有効です" in client.get(path).text
    row.status = ApplicationStatus.SUSPENDED
    store.commit()
    assert "有効ではありません（効力停止中）" in client.get(path).text
    row.status, row.valid_until = ApplicationStatus.GRANTED, NOW.date() - timedelta(days=1)
    store.commit()
    assert "有効ではありません（期間満了）" in client.get(path).text, "also before the end of the term has been noted"
    unknown = client.get(f"{path}x")
    assert unknown.status_code == 404
    assert "該当する登録・認証がありません" in unknown.text


def test_minutes_are_a_document_of_the_office_and_of_the_officers(office: Office, store: Session) -> None:
    factories.paper_settings(store, office.town)
    group = factories.group(store, office.town)
    seat = factories.member(store, group, office.house)
    meeting = factories.meeting(store, group)
    store.commit()
    address, own = f"/city/papers/new/minutes/{meeting.pk}", f"/groups/{group.pk}/meetings/{meeting.pk}"
    assert office.client.get(address).status_code == 404, "nothing has been written"
    meeting.minutes, meeting.status = "見守りを始めると決めた。", MeetingStatus.HELD
    store.commit()
    assert address in office.client.get(own).text
    assert "見守りを始めると決めた。" in office.client.get(address).text
    office.client.post(address)
    assert store.exec(select(IssuedPaper)).one().kind is PaperKind.MINUTES
    assert office.outsider.get(address).status_code == 404
    assert office.partner.get(f"{own}/minutes.pdf").status_code == 403, "a member, but no officer"
    assert "minutes.pdf" not in office.partner.get(own).text
    seat.role = GroupRole.SECRETARY
    store.commit()
    page = office.partner.get(own).text
    assert f"{own}/minutes.pdf" in page
    assert address not in page
    text = pypdfium2.PdfDocument(office.partner.get(f"{own}/minutes.pdf").data)[0].get_textpage().get_text_bounded()
    assert "見守りを始めると決めた。" in text
    assert "加企" not in text
    assert "加賀市長" not in text
