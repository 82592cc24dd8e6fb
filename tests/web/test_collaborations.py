"""Collaborations on the portal: published ones, with what came of them and where it is written."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from models import Collaboration, CollaborationPartner, CollaborationTarget, Municipality
from models.enums import CollaborationStatus, Pillar, RegistrationStatus
from tests import factories


def _row(store: Session, town: Municipality, title: str, **changes: object) -> Collaboration:
    given: dict[str, object] = {"kind": "pilot", "status": CollaborationStatus.RUNNING, "published": True}
    row = Collaboration(municipality_id=town.pk, title=title, **{**given, **changes})
    store.add(row)
    store.flush()
    return row


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"甲", "乙"}),
        ("municipality=172065", {"甲", "乙"}),
        ("municipality=141305", set()),
        ("status=done", {"乙"}),
        ("pillar=economy", {"乙"}),
        ("goal=3", {"甲"}),
        ("q=%E4%B9%99", {"乙"}),
        ("goal=0&status=x&pillar=%00", {"甲", "乙"}),
    ],
)
def test_the_list_is_narrowed_down(client: FlaskClient, store: Session, query: str, titles: set[str]) -> None:
    town = factories.municipality(store)
    factories.municipality(store, "141305", "川崎市")
    first = _row(store, town, "甲")
    store.add(CollaborationTarget(collaboration_id=first.pk, goal=3, target="3.8"))
    _row(store, town, "乙", status=CollaborationStatus.DONE, pillar=Pillar.ECONOMY)
    _row(store, town, "丙", published=False)
    store.commit()
    text = client.get(f"/collaborations?{query}").text
    assert {title for title in "甲乙丙" if f">{title}</a>" in text} == titles


def test_orders(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    for title, when in (("甲", "2018-03"), ("乙", ""), ("丙", "2025")):
        _row(store, town, title, date=when)
    store.commit()

    def order(query: str) -> str:
        text = client.get(f"/collaborations{query}").text
        return "".join(sorted("甲乙丙", key=lambda title: text.index(f">{title}</a>")))

    assert order("") == "丙甲乙"
    assert order("?sort=oldest") == "甲丙乙"


def test_what_came_of_it_with_whom_and_where_it_is_written(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    town.provenance = {"document": {"title": "第3期計画"}}
    figures = [
        {"label": "製品化件数", "value": 1044, "unit": "件", "as_of": "2021年度"},
        {"label": "会期", "value": "3か年"},
    ]
    row = _row(store, town, "見守りの実証", figures=figures, provenance={"source": "x.txt", "note": "日付の記載なし"})
    shown = factories.partner(store, "登録済社", town=town)
    hidden = factories.partner(store, "申請中社", town=town, status=RegistrationStatus.APPLIED)
    for partner in (shown, hidden):
        store.add(CollaborationPartner(collaboration_id=row.pk, partner_id=partner.pk, name=partner.name))
    store.add(CollaborationPartner(collaboration_id=row.pk, name="名前だけの団体"))
    factories.challenge(store, town, title="見守りの実証をしたい")
    store.commit()
    text = client.get(f"/collaborations/{row.pk}").text
    for words in ("1,044", "3か年", "第3期計画", "日付の記載なし", "名前だけの団体", "申請中社", "登録済社"):
        assert words in text
    assert f'href="/partners/{shown.pk}"' in text
    assert f'href="/partners/{hidden.pk}"' not in text


def test_what_is_not_published_is_not_there(client: FlaskClient, store: Session) -> None:
    row = _row(store, factories.municipality(store), "甲", published=False)
    store.commit()
    assert client.get(f"/collaborations/{row.pk}").status_code == 404
