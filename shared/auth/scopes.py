"""The scope vocabulary: what a client may ask for. A scope never widens what the person's roles allow."""

from typing import Self

from shared.kit.words import Word


class Scope(Word):
    """`<plural resource family>:read|write`, and OpenID's own; `sentence` is what OpenAPI says about it."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    openid = "openid", "Log in: learn who the person is, by an id."
    profile = "profile", "Read the person's display name; of a protected person only the alias."
    offline_access = "offline_access", "Keep access without asking again, by refresh tokens."
    tenants_read = "tenants:read", "Read tenants: authorities, suppliers and programme bodies."
    tenants_write = "tenants:write", "Create and change tenants and their identity providers."
    accounts_read = "accounts:read", "Read accounts and the persons that they are linked to."
    accounts_write = "accounts:write", "Create, change and close accounts."
    memberships_read = "memberships:read", "Read who holds which role, at which unit and on which side."
    memberships_write = "memberships:write", "Grant and remove roles."
    clients_read = "clients:read", "Read the registered client applications, without their secrets."
    clients_write = "clients:write", "Register and change client applications."
    policies_read = "policies:read", "Read which login assurance each role needs for each data class."
    policies_write = "policies:write", "Change which login assurance each role needs for each data class."
    journal_read = "journal:read", "Read the journal of changes: who did what, when and why."
    templates_read = "templates:read", "Read project templates and their versions."
    templates_write = "templates:write", "Create and change project templates."
    programmes_read = "programmes:read", "Read programmes and waves."
    programmes_write = "programmes:write", "Create and change programmes and waves."
    projects_read = "projects:read", "Read projects with their phases, activities and plans."
    projects_write = "projects:write", "Create and change projects, phases and activities."
    activities_read = "activities:read", "Read activities of a project plan."
    activities_write = "activities:write", "Change activities of a project plan."
    gates_read = "gates:read", "Read gates, their criteria and what blocks them."
    gates_write = "gates:write", "Pass gates and waive criteria."
    signals_read = "signals:read", "Read the signals that gate criteria, risks and goals are judged by."
    calendars_read = "calendars:read", "Read working-day calendars and school breaks."
    calendars_write = "calendars:write", "Change working-day calendars and school breaks."
    bodies_read = "bodies:read", "Read governance bodies, their seats, meetings, minutes and escalations."
    bodies_write = "bodies:write", "Change governance bodies, their seats, meetings, minutes and escalations."
    goals_read = "goals:read", "Read goals, indicators, measurements and data requests."
    goals_write = "goals:write", "Change goals, indicators, measurements and data requests."
    surveys_read = "surveys:read", "Read surveys and their scores, never who answered what in an anonymous one."
    surveys_write = "surveys:write", "Create surveys and answer them."
    deviations_read = "deviations:read", "Read deviations, their causes and the check of their correction."
    deviations_write = "deviations:write", "Report deviations, correct them and close them."
    migrations_read = "migrations:read", "Read migration routing, the copy log and purge certificates."
    migrations_write = "migrations:write", "Route migrations, log copies and certify that they are purged."
    integrations_read = "integrations:read", "Read the systems of a rollout, integration steps and their hours."
    integrations_write = "integrations:write", "Change the systems of a rollout, integration steps and their hours."
    risks_read = "risks:read", "Read risks and their measures."
    risks_write = "risks:write", "Create and change risks and their measures."
    decisions_read = "decisions:read", "Read decisions and deliveries of a project."
    decisions_write = "decisions:write", "Take decisions and approve deliveries of a project."
    jobs_read = "jobs:read", "Follow long-running jobs."
    jobs_write = "jobs:write", "Start and cancel long-running jobs."
    units_read = "units:read", "Read organisation units."
    units_write = "units:write", "Create and change organisation units."
    persons_read = "persons:read", "Read persons of the roster; protected persons only by alias."
    persons_write = "persons:write", "Create and change persons by hand; export and erase a person."
    sources_read = "sources:read", "Read roster sources and their mappings."
    sources_write = "sources:write", "Register and change roster sources and their mappings."
    rosters_read = "rosters:read", "Read roster versions and what they changed."
    rosters_write = "rosters:write", "Approve, apply and undo roster versions."
    uploads_read = "uploads:read", "Read which files were uploaded and what became of them."
    uploads_write = "uploads:write", "Upload roster files."
    runs_read = "runs:read", "Read roster runs, their plans and findings."
    runs_write = "runs:write", "Start, approve and cancel roster runs."
    changes_read = "changes:read", "Read the roster change feed."
    verifications_read = "verifications:read", "Read what proves, per school, that the register and the platform agree."
    verifications_write = "verifications:write", "Compare with the platform's export and sign off a school's data."
    exports_read = "exports:read", "Read templates, deliveries and statistics of files for platforms and authorities."
    exports_write = "exports:write", "Change templates, and produce and send files for platforms and authorities."
    courses_read = "courses:read", "Read courses and who needs them."
    courses_write = "courses:write", "Create and change courses and who needs them."
    sessions_read = "sessions:read", "Read course sessions and their free seats."
    sessions_write = "sessions:write", "Create and change course sessions."
    enrolments_read = "enrolments:read", "Read enrolments to course sessions."
    enrolments_write = "enrolments:write", "Enrol persons to course sessions and cancel enrolments."
    attendances_read = "attendances:read", "Read attendance at course sessions."
    attendances_write = "attendances:write", "Record attendance at course sessions."
    coverage_read = "coverage:read", "Read how large a share of each role at each unit is trained."
    endpoints_read = "endpoints:read", "Read webhook endpoints, without their secrets."
    endpoints_write = "endpoints:write", "Create, change and test webhook endpoints."
    deliveries_read = "deliveries:read", "Read webhook deliveries and their attempts."
    deliveries_write = "deliveries:write", "Send webhook deliveries again."
    events_read = "events:read", "Read the event log and the event catalogue."
    events_write = "events:write", "Replay events and release parked ones."
    files_read = "files:read", "Download stored files and reports."
    files_write = "files:write", "Store and remove files."


def parse_scopes(value: str) -> frozenset[Scope]:
    """The scopes of a space-separated claim; values outside the vocabulary are left out."""
    return frozenset(_BY_VALUE[word] for word in value.split() if word in _BY_VALUE)


_BY_VALUE = {scope.value: scope for scope in Scope}
