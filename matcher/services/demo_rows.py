"""Reads the demonstration files and puts each line into the words of the services; nothing is stored here."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from matcher.services.challenge_data import ChallengeData
from matcher.services.group_data import GroupData
from matcher.services.partner_data import ABROAD, EVERYWHERE, OfferingData, PartnerData
from models import Collaboration, Indicator, Municipality, Scheme, reference
from models.enums import (
    ChallengeKind,
    CollaborationStatus,
    GroupKind,
    JoinRule,
    OfferingStage,
    PartnerKind,
    Pillar,
    SchemeStatus,
    TargetBasis,
)

Line = Mapping[str, Any]

FOLDER = Path(__file__).parents[2] / "models" / "demo"
PILLARS = {"経済": Pillar.ECONOMY, "社会": Pillar.SOCIETY, "環境": Pillar.ENVIRONMENT, "統合": Pillar.INTEGRATED}
KINDS = {"課題解決型": ChallengeKind.PROBLEM, "実証フィールド提供": ChallengeKind.FIELD}
ROMAN = {"142034": "hiratsuka", "141305": "kawasaki", "431001": "kumamoto", "131091": "shinagawa", "172065": "kaga"}
#: words that say nothing about what an organisation can do
VAGUE = frozenset({"大学", "包括連携", "地元企業", "実証", "連携", "広域連携", "情報共有", "学生", "持続可能な地域"})
ABOUT = {
    PartnerKind.COMPANY: "{}の分野で、技術やサービスを提供します。",
    PartnerKind.BANK: "{}の分野で、地域の事業者と取組を支えます。",
    PartnerKind.UNIVERSITY: "{}の分野で、研究の知見と人材を生かせます。",
}
#: what a topic or profile says → how far the offering has come; the first that fits, else what the kind suggests
STAGES = (
    (OfferingStage.ON_SALE, "サービスを提供|提供する企業|提供しています|販売|供給|手掛け|融資|製造|コンサルティング"),
    (OfferingStage.FIELD_TESTED, "実証|導入|運用|実施|開催|活動|運行|推進|取り組"),
    (OfferingStage.PROTOTYPE, "研究|開発|調査"),
)
SELLERS = frozenset({PartnerKind.COMPANY, PartnerKind.BANK})
SOURCES = ("source", "source_lines", "evidence", "note", "notes")
DONE = frozenset({"drill", "event", "designation", "adoption", "investment", "establishment"})
PLANNED = frozenset({"expected_partner"})
WORK = {
    "実施済": CollaborationStatus.DONE,
    "実施中": CollaborationStatus.RUNNING,
    "計画": CollaborationStatus.PLANNED,
}


@cache
def lines(name: str) -> tuple[Line, ...]:
    """Every line of a demonstration file, in its order."""
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as file:
        return tuple(json.loads(line) for line in file)


def provenance(line: Line, *more: str) -> dict[str, Any]:
    """Where a line comes from, and what was judged rather than read."""
    return {name: line[name] for name in (*SOURCES, *more) if line.get(name) not in (None, "", [])}


def municipality(line: Line) -> Municipality:
    people = line["population"] or {}
    return Municipality(
        code=line["code"],
        name=line["name"],
        name_kana=line["name_kana"],
        name_en=line["name_en"],
        kind=line["kind"],
        prefecture=line["prefecture"],
        prefecture_en=line["prefecture_en"],
        population=people.get("value"),
        slogan=line["slogan"] or "",
        sdgs_status=line["sdgs_status"] or "",
        project_title=line["project_title"] or "",
        facts=line["facts"],
        provenance=provenance(line, "document", "population", "population_note"),
        contact_email=address("sdgs", line["code"]),
    )


def address(mailbox: str, code: str) -> str:
    """A mail address of a demonstration office; the domain can never exist (RFC 2606)."""
    return f"{mailbox}@{ROMAN[code]}.demo.example"


def scheme(line: Line, municipality_id: int | None) -> Scheme:
    return Scheme(
        municipality_id=municipality_id,
        key=line["id"],
        name=line["name"],
        kind=line["kind"],
        status=SchemeStatus(line["status"]),
        operator=line["operator"] or "",
        rules=line["rules"],
        stages=line["stages"],
        counts=line["counts"],
        provenance=provenance(line, "aliases", "established", "used_by"),
    )


def indicator(line: Line, municipality_id: int) -> Indicator:
    return Indicator(
        municipality_id=municipality_id,
        key=line["id"],
        name=line["indicator"],
        unit=line["unit"],
        direction=line["direction"],
        pillar=PILLARS[line["pillar"]],
        baseline=line["baseline"],
        actuals=line["actuals"],
        target=line["target"],
        rate=line["printed_rate"] or "",
        method=line["rule"] or "",
        repeats_key=line["repeat_of"],
        targets=line["sdg_targets"],
        provenance=provenance(line, "table", "table_name", "row_no", "group", "targets_basis", "pillar_inferred"),
    )


def partner(line: Line, prefectures: Mapping[str, str]) -> PartnerData:
    """An organisation; `prefectures` gives each municipality's own by code."""
    kind = PartnerKind(line["kind"])
    return PartnerData(
        name=line["name"],
        kind=kind,
        industry=line["industry"],
        prefecture=_prefecture(line["region"]),
        address=line["region"] if line["region"].endswith(("市", "区")) else "",
        profile=line["profile"],
        regions=tuple(_regions(line, prefectures)),
        offerings=() if kind is PartnerKind.GOVERNMENT else tuple(_offerings(line, kind)),
        targets=tuple((code, TargetBasis.INFERRED) for code in line["sdg_targets"]),
        is_demo=line["profile_basis"] == "public_knowledge",
        external_key=line["id"],
        provenance=provenance(line, "aliases", "relations", "region_basis")
        | {"basis": line["profile_basis"], "offerings": "derived"},
    )


def _prefecture(region: str) -> str:
    if region.startswith(ABROAD):
        return ABROAD
    return next((name for name, _ in reference.PREFECTURES.values() if region.startswith(name)), "")


def _regions(line: Line, prefectures: Mapping[str, str]) -> list[str]:
    """Everywhere when it came to a municipality from another prefecture, but for universities; else where it is."""
    towns = list(dict.fromkeys(relation["municipality_code"] for relation in line["relations"]))
    own = [code for code, (name, _) in reference.PREFECTURES.items() if name in line["region"]]
    at_home = any(prefectures[town] in line["region"] for town in towns)
    if own and not at_home and line["kind"] != "university":
        return [EVERYWHERE]
    of_one_city = line["kind"] == "council" and line["region"].endswith(("市", "区"))
    return towns if of_one_city else towns + own


def _offerings(line: Line, kind: PartnerKind) -> Iterator[OfferingData]:
    words = [word for word in line["keywords"] if word not in VAGUE]
    words = words if len(words) > 1 else ["地域課題の研究", "学生との協働"]
    record = "".join(f"{_record(line['municipality'], relation)}\n" for relation in line["relations"]).strip()
    yield OfferingData(
        title="・".join(words[:3])[:100],
        stage=_stage(line["topic"] + line["profile"], kind),
        description=ABOUT.get(kind, "{}の分野で活動しています。").format("、".join(words)),
        audience="自治体、地域の企業・団体" if kind is PartnerKind.COMPANY else "",
        track_record=record,
    )


def _stage(text: str, kind: PartnerKind) -> OfferingStage:
    if kind is PartnerKind.UNIVERSITY and "期待され" in text:
        return OfferingStage.CONCEPT
    found = (stage for stage, said in STAGES if re.search(said, text))
    usual = OfferingStage.ON_SALE if kind in SELLERS else OfferingStage.FIELD_TESTED
    stage = next(found, usual)
    return usual if stage is OfferingStage.ON_SALE else stage


def _record(town: str, relation: Line) -> str:
    return f"{town}と「{relation['topic']}」で連携{_when(relation['date'])}。"


def _when(date: str | None) -> str:
    """``2018-03`` → (2018年3月)."""
    if not date:
        return ""
    year, *month = date.split("-")
    return f"({year}年{int(month[0])}月)" if month else f"({year}年)"


def challenge(line: Line, department_id: int) -> ChallengeData:
    """A challenge: the last sentence of its text says what is looked for."""
    sentences = re.findall(r"[^。]+。", line["description"])
    stated = frozenset(line["sdg_targets_stated"])
    return ChallengeData(
        title=line["title"],
        kind=KINDS[line["kind"]],
        pillar=PILLARS[line["pillar"]],
        department_id=department_id,
        problem="".join(sentences[:-1]) or line["description"],
        outcome=sentences[-1] if len(sentences) > 1 else line["seeking"],
        place=line["municipality"],
        needs=tuple(line["seeking"].split("、")),
        targets=tuple((c, TargetBasis.STATED if c in stated else TargetBasis.INFERRED) for c in line["sdg_targets"]),
        contact_name=f"{department(line)} 担当者",
        contact_email=address("challenge", line["municipality_code"]),
    )


def department(line: Line) -> str:
    """The department that is named first; 温暖化・エネルギー対策室 is one name."""
    return re.split(r"(?<=[課室部局)])・", line["department"])[0]


def collaboration(line: Line, municipality_id: int) -> Collaboration:
    """A dated fact. One line of a printed list gets a sentence of its own."""
    names = "、".join(line["organization_names"])
    listed = line["type"] == "dated_partner"
    sentence = f"{line['municipality']}が{names}と「{line['topic']}」で連携しています。"
    return Collaboration(
        municipality_id=municipality_id,
        kind=line["type"],
        title=f"{line['topic']}({names})"[:300] if line["topic"] == "包括連携協定" else line["topic"],
        summary=sentence if listed else line["summary"],
        outcome=_figures(line["counts"]),
        figures=line["counts"],
        status=_status(line["type"]),
        date=line["date"] or "",
        date_text=line["date_text"].replace(" ", ""),
        published=True,
        external_key=line["id"],
        provenance=provenance(line, "printed_line", "date_precision"),
    )


def _status(kind: str) -> CollaborationStatus:
    if kind in PLANNED:
        return CollaborationStatus.PLANNED
    return CollaborationStatus.DONE if kind in DONE else CollaborationStatus.RUNNING


def _figures(counts: Iterable[Line]) -> str:
    return "、".join(f"{count['label']} {count['value']:,}{count['unit']}" for count in counts)


def initiative(line: Line, municipality_id: int) -> Collaboration:
    """What a city did, whether or not with partners."""
    return Collaboration(
        municipality_id=municipality_id,
        kind="initiative",
        title=line["title"],
        summary=line["what_done"],
        outcome=line["result_text"],
        figures=line["result_figures"],
        status=WORK[line["status"]],
        pillar=PILLARS[line["pillar"]],
        date=first_year(line["period"]),
        date_text=line["period"],
        published=True,
        external_key=line["id"],
        provenance=provenance(line, "sdg_targets_stated", "targets_inferred", "keywords"),
    )


def first_year(period: str) -> str:
    """The western year in which a printed period begins or, where only its end is printed, ends; else empty."""
    reiwa = re.search(r"令和(\d+)年", period)
    western = re.search(r"(\d{4})(?:年|～)", period)
    return str(2018 + int(reiwa[1])) if reiwa else western[1] if western else ""


#: schemes of these kinds are groups that partners sit in, but for those inside a city hall
GROUP_KINDS = frozenset({"working_groups", "council"})
INSIDE = frozenset({"SCH-SN-01", "SCH-KG-12"})


def groups() -> list[Line]:
    """The schemes that are groups."""
    return [line for line in lines("schemes") if line["kind"] in GROUP_KINDS and line["id"] not in INSIDE]


def group(line: Line) -> GroupData:
    """A group: purpose first, the further rules as conditions."""
    return GroupData(
        name=line["name"],
        kind=_group_kind(line),
        purpose=line["rules"][0],
        conditions="\n".join(line["rules"][1:]),
        join_rule=JoinRule.APPROVAL if line["kind"] == "council" else JoinRule.OPEN,
    )


def _group_kind(line: Line) -> GroupKind:
    if "専門部会" in line["name"]:
        return GroupKind.EXPERT_PANEL
    return GroupKind.COUNCIL if line["kind"] == "council" else GroupKind.SUBCOMMITTEE


def fictional(line: Line) -> PartnerData:
    """An invented organisation, for accounts and for states that no real one shall be said to be in."""
    return PartnerData(
        **{name: line[name] for name in ("name", "industry", "prefecture", "address", "profile", "seeks", "capacity")},
        kind=PartnerKind(line["kind"]),
        regions=tuple(line["regions"]),
        offerings=tuple(OfferingData(**o | {"stage": OfferingStage(o["stage"])}) for o in line["offerings"]),
        targets=tuple((code, TargetBasis.CONFIRMED) for code in line["sdg_targets"]),
        is_demo=True,
        external_key=line["id"],
        provenance={"basis": "fictional"},
    )
