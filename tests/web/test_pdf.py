"""Documents as PDF, looked at as pictures: A4, fonts embedded, nothing cut off, QR codes that lead to the portal."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from flask import Flask
from sqlmodel import Session

from matcher.services import papers as service
from matcher.services import scheme_report
from models import Answer, PartnerTarget, SchemeQuestion
from models.enums import ApplicationStatus, ItemLevel, PaperKind, ProposalKind, QuestionKind, TargetBasis
from models.queries import city
from models.queries import papers as queries
from tests import factories
from tests.factories import NOW
from web import pdf
from web.papers import Draft, document, document_of, write
from web.papers.challenges import request_sheet
from web.papers.schemes import application_form, certificate, decision
from web.papers.schemes import scheme_report as report_of
from web.papers.work import Minutes, Plan, Receipt, minutes, pilot_plan, receipt

A4 = (595, 842)
LONG_NAME = "特定非営利活動法人 持続可能な地域づくりを推進する市民と企業と学校の協働ネットワーク北陸支部連絡会議"
SENTENCE = "高齢者の見守りを地域の企業と一緒に進めています。"


class Picture:
    """A PDF that has been laid out, page by page."""

    def __init__(self, data: bytes) -> None:
        self.document = pypdfium2.PdfDocument(data)
        self.pages = list(self.document)

    def text(self) -> str:
        return "\n".join(page.get_textpage().get_text_bounded() for page in self.pages)

    def fonts(self) -> Iterator[bool]:
        """For each piece of text, whether its font is embedded."""
        for page in self.pages:
            for piece in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=8):
                yield bool(pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(piece.raw)))

    def outside(self) -> list[tuple[float, ...]]:
        """The characters that lie within 5 mm of an edge, or beyond it."""
        found = []
        for page in self.pages:
            words, (width, height) = page.get_textpage(), page.get_size()
            boxes = (words.get_charbox(index) for index in range(words.count_chars()))
            found += [
                b for b in boxes if b[2] > b[0] and not (b[0] >= 14 and b[2] <= width - 14 and b[3] <= height - 14)
            ]
        return found

    def codes(self) -> list[str]:
        return [code.text for page in self.pages for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]


@pytest.fixture
def town(store: Session) -> Any:
    row = factories.municipality(store)
    settings = factories.paper_settings(store, row)
    settings.forms = {kind.value: f"様式第{number}号" for number, kind in enumerate(PaperKind, 1)}
    return row


@pytest.fixture
def granted(store: Session, town: Any) -> queries.ApplicationFile:
    """A certificate of a partner with a very long name, three pages of answers and fifty items of a checklist."""
    house = factories.partner(store, LONG_NAME, town=town)
    store.add(PartnerTarget(partner_id=house.pk, goal=3, target="3.8", basis=TargetBasis.STATED))
    term = {"number": "2026-012", "verify_key": "k3yK3y_-AbCdEf", "valid_from": date(2026, 11, 22)}
    status = ApplicationStatus.GRANTED
    row = factories.handed_in(store, town, house, status=status, decided_at=NOW, valid_until=date(2029, 11, 21), **term)
    question = store.query(SchemeQuestion).filter_by(form_id=row.form_id).one()
    store.add(Answer(application_id=row.pk, question_id=question.pk, value=f"{SENTENCE}\n" * 80))
    for number in range(50):
        item = SchemeQuestion(
            form_id=row.form_id,
            position=number + 1,
            key=f"item{number}",
            kind=QuestionKind.CHECK,
            section="チェックリスト",
            label=f"項目{number + 1}",
            level=ItemLevel.BASIC if number < 25 else ItemLevel.CHALLENGE,
        )
        store.add(item)
        store.flush()
        store.add(Answer(application_id=row.pk, question_id=item.pk, value=number % 2 == 0))
    store.commit()
    found = queries.application(store, town.pk, row.pk)
    assert found is not None
    return found


def picture(app: Flask, store: Session, town_id: int, make: Any, language: str = "ja") -> Picture:
    with app.test_request_context("/", headers={"Cookie": f"lang={language}"}):
        draft: Draft = make()
        head = service.head(queries.settings(store, town_id), draft.about.kind, NOW.date(), "加企第12号")
        return Picture(pdf.pdf(document(write(draft, head), draft.about.title, language, NOW.date())))


def sound(found: Picture) -> None:
    """What holds for every document."""
    assert all(tuple(round(side) for side in page.get_size()) == A4 for page in found.pages)
    fonts = list(found.fonts())
    assert fonts, "there is text"
    assert all(fonts), "every font is embedded"
    assert not found.outside()


def _report(store: Session, town: Any, granted: queries.ApplicationFile) -> Draft:
    office = factories.coordinator(store, town)
    return report_of(scheme_report.report(store, office, town.pk, granted.scheme.pk, 2026, now=NOW))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["sheet", "form", "granted", "refused", "certificate", "report"])
def test_every_document_is_sound(
    app: Flask, store: Session, town: Any, granted: queries.ApplicationFile, name: str, language: str
) -> None:
    challenge = factories.challenge(store, town)
    challenge.cause = SENTENCE * 30
    if name == "refused":
        granted.application.status, granted.application.reason = ApplicationStatus.REFUSED, SENTENCE * 20
    store.commit()
    own = city.challenge(store, town.pk, challenge.pk)
    assert own is not None
    makers = {
        "sheet": lambda: request_sheet(own, city.needs(store, challenge.pk), city.targets(store, challenge.pk)),
        "form": lambda: application_form(granted, {}),
        "granted": lambda: decision(granted),
        "refused": lambda: decision(granted),
        "certificate": lambda: certificate(granted),
        "report": lambda: _report(store, town, granted),
    }
    found = picture(app, store, town.pk, makers[name], language)
    sound(found)
    assert "様式第" in found.text()
    assert found.document.get_metadata_value("Title")
    assert ("令和8年" in found.text()) == (language == "ja")


RECEIPT = Receipt(
    *(1, 1, (LONG_NAME, "株式会社二番"), ProposalKind.SOLUTION, "見守りの実証", "高齢者の見守り", "提案受付第3号"),
    *(NOW, "a1" * 32, True),
)
MINUTES = Minutes(
    *(1, "環境分科会", "第2回会議", NOW, NOW + timedelta(hours=2), "市役所3階", (LONG_NAME, "加賀市"), ("二番社",)),
    *("1 経過の報告\n2 今後の予定", f"{SENTENCE}\n" * 90, (("名簿をつくる", "加賀市", date(2026, 12, 25)),)),
)
PLAN = Plan(
    *(1, "見守りの実証", (LONG_NAME,), "長寿課", "連携協定", date(2026, 10, 1), date(2026, 12, 1), date(2027, 3, 31)),
    *("大聖寺地区", *(SENTENCE * 6,) * 3, 1_000_000, 500_000, (("気付くまでの時間", "24時間以内"),), 1),
)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["receipt", "minutes", "plan"])
def test_every_document_of_the_work_is_sound(app: Flask, store: Session, town: Any, name: str, language: str) -> None:
    makers = {
        "receipt": lambda: receipt(RECEIPT),
        "minutes": lambda: minutes(MINUTES),
        "plan": lambda: pilot_plan(PLAN),
    }
    found = picture(app, store, town.pk, makers[name], language)
    sound(found)
    said = {"receipt": "a1" * 8, "minutes": "名簿をつくる", "plan": "500,000"}
    assert said[name] in found.text().replace("\r\n", "")


def test_a_register_does_not_name_a_confidential_proposal(app: Flask) -> None:
    with app.test_request_context():
        assert receipt(RECEIPT).about.title == "提案受付票（提案受付第3号）"
        assert receipt(replace(RECEIPT, confidential=False)).about.title == "提案受付票（見守りの実証）"


def test_long_answers_run_over_pages_with_numbers(
    app: Flask, store: Session, town: Any, granted: queries.ApplicationFile
) -> None:
    found = picture(app, store, town.pk, lambda: application_form(granted, {}))
    assert len(found.pages) >= 3
    text = found.text().replace("\r", "")
    assert text.count(SENTENCE) == 80, "nothing is lost between pages"
    assert (text.count("☑"), text.count("☐")) == (25, 25)
    for number, page in enumerate(found.pages, 1):
        assert f"{number} / {len(found.pages)}" in page.get_textpage().get_text_bounded()


def test_the_code_of_a_certificate_leads_to_the_portal(
    app: Flask, store: Session, town: Any, granted: queries.ApplicationFile
) -> None:
    if "certificates.verify" not in app.view_functions:
        app.add_url_rule("/verify/<key>", "certificates.verify", lambda key: "")
    found = picture(app, store, town.pk, lambda: certificate(granted))
    base = app.extensions["settings"].base_url
    assert found.codes() == [f"{base}/verify/k3yK3y_-AbCdEf"]
    assert len(found.pages) == 1
    assert f"{base}/verify/k3yK3y_-AbCdEf" in found.text()


def test_the_same_document_is_the_same_file(app: Flask, store: Session, town: Any) -> None:
    paper = factories.paper(store, town)
    with app.test_request_context():
        assert pdf.pdf(document_of(paper)) == pdf.pdf(document_of(paper))


def test_nothing_is_fetched_from_elsewhere(app: Flask, tmp_path: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    with app.test_request_context():
        fetch = pdf._fetcher()
        assert b".paper" in fetch(f"{pdf.HOME}static/css/paper.css?v=1").read()
        assert fetch("data:text/plain,abc").read() == b"abc"
        for address in (
            "http://127.0.0.1:9/x",
            f"file://{secret}",
            "ftp://example.jp/x",
            f"{pdf.HOME}admin",
            f"{pdf.HOME}static/../settings.py",
            f"{pdf.HOME}static/%2e%2e/settings.py",
        ):
            with pytest.raises((ValueError, OSError)):
                fetch(address)
        sound(Picture(pdf.pdf("<p lang='ja'>本文<img src='http://127.0.0.1:9/x'><img src='file:///etc/passwd'></p>")))


def test_what_markup_a_partner_types_stays_text(app: Flask, store: Session, town: Any) -> None:
    house = factories.partner(store, "<b>株式会社</b>", town=town)
    row = factories.handed_in(store, town, house)
    question = store.query(SchemeQuestion).filter_by(form_id=row.form_id).one()
    store.add(Answer(application_id=row.pk, question_id=question.pk, value="<img src=x>\n<script>"))
    store.commit()
    found = queries.application(store, town.pk, row.pk)
    assert found is not None
    text = picture(app, store, town.pk, lambda: application_form(found, {})).text()
    assert "<b>株式会社</b>" in text
    assert "<img src=x>" in text


def test_too_long_a_document_is_refused(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Exception, match="413"):
        pdf.pdf("x" * (pdf.LARGEST + 1))


def test_without_the_libraries_the_page_says_how_to_print(
    app: Flask, monkeypatch: pytest.MonkeyPatch, store: Session, sign_in: Any
) -> None:
    town = factories.municipality(store)
    paper, office = factories.paper(store, town), factories.coordinator(store, town)
    store.commit()

    def missing() -> None:
        raise pdf.Unavailable

    monkeypatch.setattr(pdf, "_engine", missing)
    client = sign_in(office.user_id)
    answer = client.get(f"/city/papers/{paper.pk}?as=pdf")
    assert (answer.status_code, answer.location) == (303, f"/city/papers/{paper.pk}")
    assert "Ctrl+P" in client.get(answer.location).text


def test_the_layout_engine_is_loaded_only_when_it_is_needed() -> None:
    code = "import sys; from web.app import create_app; from web.settings import load_settings;"
    code += "create_app(load_settings({'MUSUBI_MODE': 'test'})); print('weasyprint' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"
