"""The words for the kinds of collaboration that documents name; an unknown kind is shown as it is."""

from flask_babel import lazy_gettext as _l

KINDS = {
    "dated_partner": _l("Partnership"),
    "agreement": _l("Agreement"),
    "pilot": _l("Pilot"),
    "programme": _l("Programme"),
    "initiative": _l("Initiative"),
    "joint_research": _l("Joint research"),
    "joint_plan": _l("Joint plan"),
    "joint_operation": _l("Joint operation"),
    "joint_secretariat": _l("Joint secretariat"),
    "establishment": _l("Founding"),
    "council": _l("Council"),
    "membership": _l("Membership"),
    "designation": _l("Designation"),
    "adoption": _l("Adoption"),
    "collaborative_project": _l("Joint project"),
    "drill": _l("Drill"),
    "event": _l("Event"),
    "investment": _l("Investment"),
    "sister_city": _l("Sister city"),
    "host_town": _l("Host town"),
    "expected_partner": _l("Expected partner"),
    "fund_operation": _l("Running of a fund"),
    "count": _l("Result in figures"),
}
