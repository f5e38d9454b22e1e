"""Writes the municipality as a OneRoster 1.2 bulk CSV package (1EdTech OneRoster 1.2 CSV binding).

What the standard has no place for travels in extension columns, `metadata.*`: school form, school year and protection
marking. The national number stands in `userIds` as `{nationalId:...}`.
"""

from cli.demo_roster.model import Dirt, Municipality, Person
from cli.demo_roster.tables import Table, archive

ORG_TYPES = {"authority": "district", "area": "department", "school": "school"}
ROLES = {
    "school_administrator": "siteAdministrator",
    "advanced_user": "systemAdministrator",
    "teacher": "teacher",
    "central_administrator": "districtAdministrator",
    "school_leader": "principal",
}
_BASE = ["sourcedId", "status", "dateLastModified"]
SESSION = "lasar-2026-2027"
_FILES = [
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
]  # fmt: skip


def write(town: Municipality, dirt: frozenset[Dirt]) -> bytes:
    """The zip, manifest at its root."""
    tables = [_users(town), _orgs(town), _roles(town), _classes(town), _courses(), _sessions(), _enrollments(town)]
    present = {table.name.removesuffix(".csv") for table in tables}
    manifest = [["manifest.version", "1.0"], ["oneroster.version", "1.2"]]
    manifest += [[f"file.{name}", "bulk" if name in present else "absent"] for name in _FILES]
    manifest += [["source.systemName", "Startklar demo roster"], ["source.systemCode", "demo"]]
    return archive([*tables, Table("manifest.csv", ["propertyName", "value"], manifest)], dirt)


def _orgs(town: Municipality) -> Table:
    header = [*_BASE, "name", "type", "identifier", "parentSourcedId", "metadata.schoolForms"]
    rows = [[u.id, "", "", u.name, ORG_TYPES[u.kind], u.code, u.parent, ",".join(u.forms)] for u in town.units]
    return Table("orgs.csv", header, rows)


def _users(town: Municipality) -> Table:
    header = [
        *_BASE, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
        "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "resourceSourcedIds",
        "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
        "metadata.securityMarking",
    ]  # fmt: skip
    agents: dict[str, list[str]] = {}
    for tie in town.responsibles:
        agents.setdefault(tie.child, []).append(tie.guardian)
        agents.setdefault(tie.guardian, []).append(tie.child)
    return Table("users.csv", header, [_user(person, agents.get(person.id, [])) for person in town.persons])


def _user(person: Person, agents: list[str]) -> list[str]:
    user_ids = f"{{nationalId:{person.civic}}}" if person.civic else ""
    return [
        person.id, "", "", "true", person.login, user_ids, person.given, person.family, "", person.id, person.email,
        "", "", ",".join(agents), "", "", "", "", "", "", "", "", "", person.marking,
    ]  # fmt: skip


def _roles(town: Municipality) -> Table:
    header = [
        *_BASE, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
        "metadata.schoolForm", "metadata.schoolYear",
    ]  # fmt: skip
    authority = town.units[0].id
    facts = [(duty.person, ROLES[duty.role], duty.unit, "", "") for duty in town.duties]
    facts += [(e.person, "student", e.unit, e.form, e.grade) for e in town.enrolments]
    facts += [(person.id, "guardian", authority, "", "") for person in town.of_part("guardian")]
    rows = [
        [f"roll{place:06}", "", "", person, "primary", role, "", "", org, "", form, grade]
        for place, (person, role, org, form, grade) in enumerate(facts, 1)
    ]
    return Table("roles.csv", header, rows)


def _classes(town: Municipality) -> Table:
    header = [
        *_BASE, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods", "metadata.schoolForm",
    ]  # fmt: skip
    rows = [
        [g.id, "", "", g.name, "", f"kurs-{g.form}", "", "homeroom" if g.kind == "home" else "scheduled", "", g.unit,
         SESSION, "", "", "", g.form]
        for g in town.groups
    ]  # fmt: skip
    return Table("classes.csv", header, rows)


def _courses() -> Table:
    header = [
        *_BASE,
        "schoolYearSourcedId",
        "title",
        "courseCode",
        "grades",
        "orgSourcedId",
        "subjects",
        "subjectCodes",
    ]
    forms = ("preschool", "compulsory", "leisure", "upper_secondary", "adult")
    rows = [[f"kurs-{form}", "", "", SESSION, form, "", "", "kommun", "", ""] for form in forms]
    return Table("courses.csv", header, rows)


def _sessions() -> Table:
    header = [*_BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"]
    row = [SESSION, "", "", "Läsåret 2026/2027", "schoolYear", "2026-08-17", "2027-06-11", "", "2027"]
    return Table("academicSessions.csv", header, [row])


def _enrollments(town: Municipality) -> Table:
    header = [*_BASE, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"]
    unit = {group.id: group.unit for group in town.groups}
    rows = [
        [f"plats{place:06}", "", "", m.group, unit.get(m.group, ""), m.person,
         "student" if m.role == "pupil" else "teacher", "", "", ""]
        for place, m in enumerate(town.memberships, 1)
    ]  # fmt: skip
    return Table("enrollments.csv", header, rows)
