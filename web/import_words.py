"""The words of lists that are read in and saved: headings, choices and reasons, in both languages."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.services.importing import KINDS, Vocabulary, fold
from matcher.services.partner_data import ABROAD
from models import enums as e
from models import reference
from web.collaboration_words import KINDS as COLLABORATION_KINDS
from web.forms import FIELD_ERRORS
from web.labels import industry, label, region

LANGUAGES = ("ja", "en")
_SHARED = {
    "number": _l("Number in Musubi"),
    "own_key": _l("Number in our ledger"),
    "municipality_code": _l("Municipality code"),
    "targets": _l("SDG targets"),
    "pillar": _l("Pillar"),
}
HEADINGS: dict[e.ImportKind, dict[str, Any]] = {
    e.ImportKind.PARTNERS: _SHARED
    | {
        "name": _l("Name of the organisation"),
        "name_en": _l("Name in English"),
        "corporate_number": _l("Corporate number"),
        "kind": _l("Kind of organisation"),
        "industry": _l("Industry"),
        "prefecture": _l("Prefecture"),
        "address": _l("Address"),
        "website": _l("Website"),
        "profile": _l("Profile"),
        "seeks": _l("Looking for"),
        "capacity": _l("Pilots at the same time"),
        "regions": _l("Works in"),
        "since": _l("Registered since"),
    },
    e.ImportKind.CHALLENGES: _SHARED
    | {
        "title": _l("Title"),
        "kind": _l("Kind of challenge"),
        "department": _l("Department in charge"),
        "problem": _l("What is wrong"),
        "cause": _l("Cause"),
        "affected": _l("Who is affected"),
        "affected_count": _l("How many people"),
        "outcome": _l("What should be different"),
        "resources": _l("What the city brings"),
        "constraints": _l("Constraints"),
        "place": _l("Where"),
        "budget_stage": _l("Budget"),
        "decision_date": _l("Decision date"),
        "review_date": _l("Review date"),
        "wanted_kinds": _l("Wanted partners"),
        "required": _l("Required conditions"),
        "needs": _l("Need"),
        "contact_name": _l("Contact person"),
        "contact_email": _l("E-mail of the contact person"),
        "contact_phone": _l("Telephone of the contact person"),
    },
    e.ImportKind.COLLABORATIONS: _SHARED
    | {
        "title": _l("Title"),
        "kind": _l("Kind of collaboration"),
        "parties": _l("Parties"),
        "summary": _l("Summary"),
        "outcome": _l("What came of it"),
        "status": _l("How far it is"),
        "result": _l("What it came to"),
        "date": _l("Day or month"),
        "date_text": _l("Date as printed"),
        "challenge": _l("Number of the challenge"),
    },
}
_OFFERING = {
    "title": _l("Title of the offering"),
    "description": _l("What it does"),
    "audience": _l("For whom"),
    "stage": _l("Stage"),
    "track_record": _l("Track record"),
    "asks": _l("What you ask of a city"),
}
#: what offices head such columns with besides
_ALSO: dict[str, tuple[str, ...]] = {
    "name": ("名称", "団体名", "企業名", "事業者名", "会社名", "法人名", "パートナー名", "企業・団体名"),
    "corporate_number": ("法人番号(13桁)",),
    "kind": ("区分", "種別", "団体区分", "分類"),
    "prefecture": ("都道府県",),
    "address": ("所在地", "本社所在地", "住所"),
    "website": ("URL", "ホームページ", "HP", "ウェブサイトURL"),
    "profile": ("事業内容", "概要", "事業概要", "取組内容"),
    "since": ("登録年月日", "登録日"),
    "title": ("課題名", "件名", "事業名", "案件名", "タイトル"),
    "department": ("所管課", "担当課", "所属", "部署"),
    "problem": ("課題の内容", "課題", "現状と課題"),
    "needs": ("ニーズ",),
    "parties": ("連携先", "相手方", "連携事業者"),
    "targets": ("SDGs", "ターゲット"),
    "own_key": ("管理番号", "整理番号", "登録番号"),
    "municipality_code": ("団体コード", "市区町村コード", "自治体コード"),
}
REASONS = {
    "formula": _l("The cell holds a formula. Please paste its value."),
    "whole_number": _l("Please enter a whole number."),
    "day": _l("Please enter the date as 2026-04-01 or 2026/4/1."),
    "unknown_choice": _l("This word is not among those that can be chosen."),
    "target": _l("There is no such SDG target. Please write SDG8.10, and several with commas between them."),
    "no_such_number": _l("We have nothing with this number. Please leave the cell empty for something new."),
    "other_town": _l("This line belongs to another municipality."),
    "no_such_department": _l("Our office has no department of this name."),
    "several_namesakes": _l("Several have this name. Please add the number, so that it is clear which one is meant."),
    "twice": _l("An earlier line of this file speaks of the same."),
}
NOTES = {
    "shared": _l("Registered with other municipalities: only what is empty is filled in"),
    "speaks_for_itself": _l("Has an account of its own: only what is empty is filled in"),
    "waits_for_decision": _l("Its application here is decided under “Applications for registration”"),
}


def heading(kind: e.ImportKind, name: str) -> str:
    """What a field is called at the head of its column."""
    if name.startswith("offering"):
        number, part = name.removeprefix("offering").split("_", 1)
        return str(_("Offering %(number)s: %(field)s", number=number, field=_OFFERING[part]))
    return str(HEADINGS[kind][name])


def reason(code: str) -> str:
    """Why a line was not let in."""
    return str(REASONS.get(code) or FIELD_ERRORS.get(code, code))


_ENUMS: dict[str, type[Enum]] = {
    "partner_kind": e.PartnerKind,
    "stage": e.OfferingStage,
    "challenge_kind": e.ChallengeKind,
    "pillar": e.Pillar,
    "budget_stage": e.BudgetStage,
    "requirement": e.Requirement,
    "collaboration_status": e.CollaborationStatus,
    "collaboration_result": e.CollaborationResult,
}


def options(words: str) -> Mapping[str, str]:
    """The codes of a list of words with the word of the reader's language."""
    if words in _ENUMS:
        return {member.value: label(member) for member in _ENUMS[words]}
    if words == "collaboration_kind":
        return {code: str(name) for code, name in COLLABORATION_KINDS.items()}
    if words == "industry":
        return {letter: industry(letter) for letter in reference.INDUSTRIES}
    if words == "prefecture":
        return {names[0]: region(code) for code, names in reference.PREFECTURES.items()} | {ABROAD: _("Outside Japan")}
    return {"00": region("00")} | {code: region(code) for code in reference.PREFECTURES}


def word(words: str, code: str) -> str:
    """The word for a code; one without a word stays as it is."""
    return options(words).get(code, code)


@cache
def vocabulary(kind: e.ImportKind) -> Vocabulary:
    """All words of a kind of list in both languages."""
    columns = KINDS[kind].columns
    headers: dict[str, set[str]] = {name: {*_ALSO.get(name, ())} for name in columns}
    values: dict[str, dict[str, str]] = {column.words: {} for column in columns.values() if column.words}
    for language in LANGUAGES:
        with force_locale(language):
            for name in columns:
                headers[name].add(heading(kind, name))
            for words, known in values.items():
                known |= _folded(options(words))
    return Vocabulary(headers, values)


def _folded(found: Mapping[str, str]) -> dict[str, str]:
    pairs: Iterable[tuple[str, str]] = ((text, code) for code, name in found.items() for text in (code, name))
    return {fold(text): code for text, code in pairs}
