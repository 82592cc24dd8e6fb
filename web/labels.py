"""The words for codes: enums, regions, industries, targets, parts of a text and reasons, in the reader's language."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from enum import Enum
from functools import wraps
from typing import Any, cast

from flask import Flask, g, has_request_context
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from jinja2 import pass_context
from markupsafe import Markup

from models import enums as e
from models import reference
from models.queries.site import municipalities
from web import line_words
from web.db import db

#: pairs, not a dictionary: members of different enums may share a value and would be one key
_LABELS: tuple[tuple[Enum, Any], ...] = (
    (e.Role.ADMIN, _l("Platform operator")),
    (e.Role.COORDINATOR, _l("Coordinator")),
    (e.Role.DEPARTMENT, _l("Department staff")),
    (e.Role.PARTNER_ADMIN, _l("Partner administrator")),
    (e.Role.PARTNER_MEMBER, _l("Partner member")),
    (e.Role.ANONYMOUS, _l("Visitor")),
    (e.Role.SYSTEM, _l("System")),
    (e.PartnerKind.COMPANY, _l("Company")),
    (e.PartnerKind.BANK, _l("Bank")),
    (e.PartnerKind.UNIVERSITY, _l("University")),
    (e.PartnerKind.SCHOOL, _l("School")),
    (e.PartnerKind.NPO, _l("NPO")),
    (e.PartnerKind.CITIZENS_GROUP, _l("Citizens' group")),
    (e.PartnerKind.ASSOCIATION, _l("Association")),
    (e.PartnerKind.GOVERNMENT, _l("Government body")),
    (e.PartnerKind.COUNCIL, _l("Council")),
    (e.OfferingStage.CONCEPT, _l("Concept")),
    (e.OfferingStage.PROTOTYPE, _l("Prototype")),
    (e.OfferingStage.FIELD_TESTED, _l("Field-tested")),
    (e.OfferingStage.ON_SALE, _l("On sale")),
    (e.RegistrationStatus.APPLIED, _l("Applied")),
    (e.RegistrationStatus.RETURNED, _l("Returned for changes")),
    (e.RegistrationStatus.REGISTERED, _l("Registered")),
    (e.RegistrationStatus.REJECTED, _l("Rejected")),
    (e.RegistrationStatus.WITHDRAWN, _l("Left")),
    (e.Requirement.REGION, _l("Works in our region")),
    (e.Requirement.KIND, _l("Is of a wanted kind")),
    (e.Requirement.STAGE, _l("Has something field-tested or on sale")),
    (e.ChallengeKind.PROBLEM, _l("Problem to solve")),
    (e.ChallengeKind.FIELD, _l("Field for pilots")),
    (e.ChallengeStatus.DRAFT, _l("Draft")),
    (e.ChallengeStatus.IN_REVIEW, _l("In review")),
    (e.ChallengeStatus.PUBLISHED, _l("Open")),
    (e.ChallengeStatus.IN_DIALOGUE, _l("In dialogue")),
    (e.ChallengeStatus.CLOSED, _l("Closed")),
    (e.ChallengeStatus.SOLVED, _l("Solved")),
    (e.ChallengeStatus.DROPPED, _l("Dropped")),
    (e.Pillar.ECONOMY, _l("Economy")),
    (e.Pillar.SOCIETY, _l("Society")),
    (e.Pillar.ENVIRONMENT, _l("Environment")),
    (e.Pillar.INTEGRATED, _l("Integrated")),
    (e.BudgetStage.NONE, _l("No budget yet")),
    (e.BudgetStage.STUDYING, _l("Budget under study")),
    (e.BudgetStage.REQUESTED, _l("Budget requested")),
    (e.BudgetStage.SECURED, _l("Budget secured")),
    (e.TargetBasis.STATED, _l("Stated in the document")),
    (e.TargetBasis.CONFIRMED, _l("Confirmed by a person")),
    (e.TargetBasis.INFERRED, _l("Inferred from the text")),
    (e.RecommendationStatus.PROPOSED, _l("Proposed")),
    (e.RecommendationStatus.APPROVED, _l("Approved")),
    (e.RecommendationStatus.DECLINED, _l("Set aside")),
    (e.RecommendationStatus.INVITED, _l("Invited")),
    (e.RecommendationStatus.ACCEPTED, _l("Willing to take part")),
    (e.RecommendationStatus.REFUSED, _l("Declined by the partner")),
    (e.RecommendationStatus.INTRODUCED, _l("Introduced")),
    (e.RecommendationStatus.LAPSED, _l("Invitation withdrawn")),
    (e.RecommendationSource.ENGINE, _l("Recommended by Musubi")),
    (e.RecommendationSource.MANUAL, _l("Added by hand")),
    (e.RecommendationSource.INTEREST, _l("Showed interest")),
    (e.RecommendationSource.ASSIGNMENT, _l("From an assignment")),
    (e.AssignmentPurpose.CALL, _l("Call for proposals")),
    (e.AssignmentPurpose.EVENT, _l("Matching event")),
    (e.AssignmentPurpose.QUARTER, _l("Quarterly round")),
    (e.AssignmentStatus.DRAFT, _l("Not planned yet")),
    (e.AssignmentStatus.WAITING, _l("In the queue")),
    (e.AssignmentStatus.RUNNING, _l("Being planned")),
    (e.AssignmentStatus.READY, _l("Plan ready")),
    (e.AssignmentStatus.FAILED, _l("Could not be planned")),
    (e.AssignmentStatus.CLOSED, _l("Put away")),
    (e.AssignmentRuleKind.LOCK, _l("Locked")),
    (e.AssignmentRuleKind.FORBID, _l("Forbidden")),
    (e.DeclineReason.OFF_TARGET, _l("Does not answer the challenge")),
    (e.DeclineReason.REGION, _l("Does not work in the region")),
    (e.DeclineReason.STAGE, _l("Too early a stage")),
    (e.DeclineReason.CAPACITY, _l("No capacity at present")),
    (e.DeclineReason.ALREADY_WORKING, _l("Already working together")),
    (e.DeclineReason.CONFLICT_OF_INTEREST, _l("Conflict of interest")),
    (e.DeclineReason.OTHER, _l("Other reason")),
    (e.RefusalReason.NO_CAPACITY, _l("We have no capacity at present")),
    (e.RefusalReason.NOT_OUR_FIELD, _l("It is not our field")),
    (e.RefusalReason.REGION, _l("We do not work in the region")),
    (e.RefusalReason.BUDGET, _l("The budget does not allow it")),
    (e.RefusalReason.TIMING, _l("The timing does not suit us")),
    (e.RefusalReason.OTHER, _l("Another reason")),
    (e.GroupKind.SUBCOMMITTEE, _l("Subcommittee")),
    (e.GroupKind.EXPERT_PANEL, _l("Expert panel")),
    (e.GroupKind.COUNCIL, _l("Promotion council")),
    (e.GroupStatus.ACTIVE, _l("Active")),
    (e.GroupStatus.DORMANT, _l("Dormant")),
    (e.GroupStatus.CLOSED, _l("Ended")),
    (e.JoinRule.OPEN, _l("Open to registered partners")),
    (e.JoinRule.APPROVAL, _l("Joining needs approval")),
    (e.ShownList.PARTNERS, _l("Partners for an office")),
    (e.ShownList.CHALLENGES, _l("Challenges for a partner")),
    (e.RankingModelStatus.CANDIDATE, _l("Candidate")),
    (e.RankingModelStatus.ACTIVE, _l("In use now")),
    (e.RankingModelStatus.RETIRED, _l("Out of use")),
    (e.GroupMemberStatus.REQUESTED, _l("Asked to join")),
    (e.GroupMemberStatus.MEMBER, _l("Member")),
    (e.GroupMemberStatus.DECLINED, _l("Not admitted")),
    (e.GroupMemberStatus.LEFT, _l("Left the group")),
    (e.CollaborationStatus.PLANNED, _l("Planned")),
    (e.CollaborationStatus.RUNNING, _l("Running")),
    (e.CollaborationStatus.DONE, _l("Done")),
    (e.CollaborationResult.ADOPTED, _l("Put into regular use")),
    (e.CollaborationResult.AGREEMENT, _l("Led to an agreement")),
    (e.CollaborationResult.ENDED, _l("Ended as planned")),
    (e.CollaborationResult.FAILED, _l("Did not work out")),
    (e.SchemeStatus.OPERATING, _l("Operating")),
    (e.SchemeStatus.PLANNED, _l("In planning")),
    (e.SchemeStatus.ENDED, _l("Discontinued")),
    (e.MailStatus.PENDING, _l("Waiting to be sent")),
    (e.MailStatus.SENT, _l("Sent")),
    (e.MailStatus.DEAD, _l("Could not be sent")),
)

_TONES: tuple[tuple[Enum, str], ...] = (
    (e.RegistrationStatus.APPLIED, "info"),
    (e.RegistrationStatus.RETURNED, "warning"),
    (e.RegistrationStatus.REGISTERED, "success"),
    (e.RegistrationStatus.REJECTED, "danger"),
    (e.ChallengeStatus.IN_REVIEW, "warning"),
    (e.ChallengeStatus.PUBLISHED, "success"),
    (e.ChallengeStatus.IN_DIALOGUE, "info"),
    (e.ChallengeStatus.SOLVED, "success"),
    (e.RecommendationStatus.PROPOSED, "info"),
    (e.RecommendationStatus.APPROVED, "info"),
    (e.RecommendationStatus.INVITED, "warning"),
    (e.RecommendationStatus.ACCEPTED, "success"),
    (e.RecommendationStatus.INTRODUCED, "success"),
    (e.RecommendationStatus.REFUSED, "danger"),
    (e.OfferingStage.FIELD_TESTED, "info"),
    (e.OfferingStage.ON_SALE, "success"),
    (e.OfferingStage.PROTOTYPE, "warning"),
    (e.BudgetStage.SECURED, "success"),
    (e.BudgetStage.REQUESTED, "info"),
    (e.GroupStatus.ACTIVE, "success"),
    (e.GroupStatus.DORMANT, "warning"),
    (e.RankingModelStatus.CANDIDATE, "info"),
    (e.RankingModelStatus.ACTIVE, "success"),
    (e.GroupMemberStatus.REQUESTED, "warning"),
    (e.GroupMemberStatus.MEMBER, "success"),
    (e.CollaborationStatus.RUNNING, "info"),
    (e.CollaborationStatus.DONE, "success"),
    (e.CollaborationResult.ADOPTED, "success"),
    (e.CollaborationResult.AGREEMENT, "success"),
    (e.CollaborationResult.FAILED, "danger"),
    (e.AssignmentStatus.WAITING, "info"),
    (e.AssignmentStatus.RUNNING, "info"),
    (e.AssignmentStatus.READY, "success"),
    (e.AssignmentStatus.FAILED, "danger"),
    (e.AssignmentRuleKind.LOCK, "success"),
    (e.AssignmentRuleKind.FORBID, "danger"),
    (e.MailStatus.PENDING, "info"),
    (e.MailStatus.SENT, "success"),
    (e.MailStatus.DEAD, "danger"),
)
LABELS = {(type(member), member): words for member, words in (*_LABELS, *line_words.WORDS)}
TONES = {(type(member), member): tone for member, tone in (*_TONES, *line_words.TONES)}

PARTS = {
    "title": _l("Title"),
    "problem": _l("What is wrong"),
    "cause": _l("Cause"),
    "affected": _l("Who is affected"),
    "outcome": _l("What should be different"),
    "resources": _l("What the city brings"),
    "constraints": _l("Constraints"),
    "confidential": _l("Confidential part"),
    "need": _l("Need"),
    "profile": _l("Profile"),
    "offering": _l("Offering"),
    "track": _l("Track record"),
    "action": _l("Action"),
    "seeks": _l("Looking for"),
    "summary": _l("Summary"),
    "text": _l("Text"),
}

FITS = (_l("No fit"), _l("Weak fit"), _l("Fair fit"), _l("Strong fit"))


def label(member: Any) -> str:
    """The word for an enum member; anything else as it is."""
    return str(LABELS.get((type(member), member), member)) if isinstance(member, Enum) else str(member)


def tone(member: Any) -> str:
    """The colour family of a status: neutral, info, success, warning or danger."""
    return TONES.get((type(member), member), "neutral") if isinstance(member, Enum) else "neutral"


def choices(enum: type[Enum], *, blank: Any = None) -> list[tuple[str, Any]]:
    """The choices of a select field for every member of `enum`, after an empty one when `blank` gives its words."""
    first = [] if blank is None else [("", blank)]
    return first + [(member.value, LABELS[enum, member]) for member in enum]


def _english() -> bool:
    return str(get_locale()) == "en"


def region(code: str) -> str:
    """A region served: everywhere, a prefecture, or a municipality that takes part (others keep their code)."""
    if code == "00":
        return _("Nationwide")
    names = reference.PREFECTURES.get(code)
    return names[_english()] if names else _towns().get(code, code)


def _towns() -> dict[str, str]:
    """The municipalities by code; one query for a request that shows any, none outside of one."""
    if not has_request_context():
        return {}
    if "towns" not in g:
        g.towns = {row.code: municipality_name(row) for row in municipalities(db())}
    return cast(dict[str, str], g.towns)


def industry(letter: str) -> str:
    """The industry division behind a letter."""
    names = reference.INDUSTRIES.get(letter, reference.INDUSTRIES["T"])
    return names[_english()]


def goal_name(number: int) -> str:
    """The short name of an SDG."""
    goal = reference.goals()[int(number) - 1]
    return goal.name_en if _english() else goal.name_ja


def target_name(code: str) -> str:
    """The short label of an SDG target."""
    if not reference.is_target(code):
        return code
    found = reference.target(code)
    return found.label_en if _english() else found.label_ja


def municipality_name(row: Any) -> str:
    """A municipality's name in the reader's language."""
    return row.name_en if _english() and row.name_en else row.name


def part_label(part: str) -> str:
    """Which part of a text a sentence comes from."""
    return str(PARTS.get(part, part))


def fit_label(level: int) -> str:
    """The honest word for a fit of 0 to 3."""
    return str(FITS[max(0, min(3, int(level)))])


def _targets(params: dict[str, Any]) -> str:
    return _joined(f"{code} {target_name(code)}" for code in params.get("targets", ()))


def _joined(words: Iterable[str]) -> str:
    return (", " if _english() else "、").join(words)


def _work(params: dict[str, Any]) -> str:
    return _("“%(title)s” (%(place)s)", title=params["title"], place=region(params["place"]))


SIGNALS: dict[str, Callable[[dict[str, Any]], str]] = {
    "shared_targets": lambda p: _("Shares SDG targets: %(targets)s", targets=_targets(p)),
    "shared_goals": lambda p: _(
        "Shares SDG goals: %(goals)s", goals=_joined(f"{g} {goal_name(g)}" for g in p.get("goals", ()))
    ),
    "region": lambda p: _("Works here: %(region)s", region=region(str(p.get("region", "00")))),
    "region_not_served": lambda p: (
        _(
            "%(place)s is not among the regions in which it works (%(regions)s)",
            place=region(p["place"]),
            regions=_joined(region(code) for code in p.get("regions", ())),
        )
        if p.get("place")
        else _("Does not say that it works in this region")
    ),
    "region_unknown": lambda p: _("Does not say in which regions it works"),
    "stage": lambda p: _("Stage: %(stage)s", stage=label(e.OfferingStage(p["stage"]))),
    "stage_unknown": lambda p: _("Does not say how far its offerings are developed"),
    "field_for_prototype": lambda p: _("Has a prototype, and this challenge offers a field to test it"),
    "budget_meets_stage": lambda p: _(
        "%(budget)s, and what it offers can be introduced", budget=label(e.BudgetStage(p["budget"]))
    ),
    "budget_before_stage": lambda p: _("The budget is secured, but nothing that it offers can be introduced yet"),
    "prototype_only": lambda p: _("Has a prototype only; not tested in the field yet"),
    "concept_only": lambda p: _("Is still a concept"),
    "no_capacity": lambda p: _("Has no capacity left for another pilot"),
    "kind_wanted": lambda p: _("Is the kind of partner wanted: %(kind)s", kind=label(e.PartnerKind(p["kind"]))),
    "kind_not_wanted": lambda p: _("Is not the kind of partner wanted: %(kind)s", kind=label(e.PartnerKind(p["kind"]))),
    "kind_unknown": lambda p: _("Does not say what kind of organisation it is"),
    "past_collaboration": lambda p: _("Has worked with municipalities before: %(count)s", count=p.get("count", 1)),
    "worked_here": lambda p: _("Has worked with this municipality: %(title)s", title=p.get("title", "")),
    "past_succeeded": lambda p: _("A past collaboration succeeded: %(work)s", work=_work(p)),
    "past_failed": lambda p: _("A past collaboration did not work out: %(work)s", work=_work(p)),
    "past_mixed": lambda p: _(
        "Of its past collaborations %(succeeded)s succeeded and %(failed)s did not work out",
        succeeded=p.get("succeeded", 0),
        failed=p.get("failed", 0),
    ),
    "stale_profile": lambda p: _(
        "The profile was last changed on %(date)s, more than two years before the challenge", date=p.get("written", "")
    ),
    "registered_here": lambda p: _("Registered with this municipality"),
    "not_registered_here": lambda p: _("Not registered with this municipality"),
    "interest_shown": lambda p: _("Has shown interest in this challenge"),
    "offers_sought": lambda p: _("Offers what is looked for"),
    "offers_alike": lambda p: _("Offers much the same: may be a competitor rather than a complement"),
    "seeks_this": lambda p: _("Is looking for something like this"),
    "thin_profile": lambda p: _("The profile is short, so little could be compared"),
    "less_shown": lambda p: _("Has had few chances of an introduction so far"),
    "no_offering": lambda p: _("Has described no offering yet"),
}


def signal_text(signal: Any) -> str:
    """A reason for or against a match, in words; takes a Signal or its stored JSON."""
    stored = isinstance(signal, dict)
    code, params = (signal["code"], signal.get("params", {})) if stored else (signal.code, signal.params)
    words = SIGNALS.get(code)
    said = words(dict(params)) if words else code
    return _("Required: %(condition)s", condition=said) if params.get("required") else said


def marked(side: Any) -> Markup:
    """A sentence of evidence with its shared words in <mark>; takes a Side or its stored JSON. All is escaped."""
    stored = isinstance(side, dict)
    text, marks = (side["text"], side.get("marks", ())) if stored else (side.text, side.marks)
    out, at = Markup(), 0
    for start, end in sorted((int(s), int(t)) for s, t in marks):
        if start < at or end > len(text):
            continue
        out += Markup.escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return out + Markup.escape(text[at:])


#: fit → the most that one pair of sentences may look like: beside "weak fit" nothing calls itself strong
STRONGEST = {0: 0.3, 1: 0.6}


def pairs(evidence: Iterable[Any], fit: int = 3) -> list[dict[str, Any]]:
    """Evidence as `ev.pairs` draws it; takes Evidence or its stored JSON."""
    most = STRONGEST.get(int(fit), 1.0)
    return [_pair(item if isinstance(item, dict) else asdict(item), most) for item in evidence]


def asked_in(evidence: Iterable[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """The stored pairs whose asking sentence stands in `words`: between two partners either of them may ask."""
    return [item for item in evidence if item["asks"]["text"] in words]


def _pair(stored: dict[str, Any], most: float) -> dict[str, Any]:
    asks, answers = stored["asks"], stored["answers"]
    return {
        "query_text": marked(asks),
        "partner_text": marked(answers),
        "query_part_label": part_label(asks["part"]),
        "partner_part_label": part_label(answers["part"]),
        "strength": min(stored["strength"], most),
    }


def requirement(name: str) -> str:
    """A required condition as it is stored, in words."""
    return label(e.Requirement(name)) if name in set(e.Requirement) else name


FILTERS: dict[str, Callable[..., Any]] = {
    "label": label,
    "tone": tone,
    "region": region,
    "industry": industry,
    "goal_name": goal_name,
    "target_name": target_name,
    "municipality_name": municipality_name,
    "part_label": part_label,
    "fit_label": fit_label,
    "signal_text": signal_text,
    "marked": marked,
    "asked_in": asked_in,
    "pairs": pairs,
    "requirement": requirement,
}


def _on_each_page(words: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja works out a filter of a constant when it compiles, in the first reader's language; the context stops it."""

    @pass_context
    @wraps(words)
    def asked(_context: Any, *args: Any) -> Any:
        return words(*args)

    return asked


def init_labels(app: Flask) -> None:
    """Make the words known to every template."""
    app.jinja_env.filters.update({name: _on_each_page(words) for name, words in FILTERS.items()})
    app.jinja_env.globals["reference"] = reference
