"""The change feed's statements: rows by the version in which they last changed, each as one line of JSON.

The lines are built by the database and passed on as they are; a test holds them to the models in the contract.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import Entity
from services.sync.roster.alias import display_name_sql
from services.sync.roster.models import RosterHead
from shared.kit.db import tenant_of


@dataclass(frozen=True)
class Line:
    """One row of the feed: where it stands in its kind, and its JSON."""

    version: int
    id: UUID
    json: str


_PERSON = "JOIN person o ON o.tenant_id = r.tenant_id AND o.id = r.{column}"
_PROTECTED = "'protected', o.protected"
# A login name of a domain that is not proved to be the tenant's goes no further: it would be another's person.
_OWN_LOGIN = """r.login_scope IS NULL OR EXISTS (
    SELECT FROM login_scope s WHERE s.tenant_id = r.tenant_id AND s.domain = r.login_scope)"""
# Whoever guesses a login name could tell by its digest who a protected person is.
_DIGESTS = f" 'loginDigests', array_remove(ARRAY[CASE WHEN {_OWN_LOGIN} THEN encode(r.login_digest, 'hex') END], NULL),"
# Fields beside those that every line has, and the join that they need.
_LINES = {
    "unit": (
        "'name', r.name, 'sourceId', r.source_id, 'unitKind', r.kind, 'code', r.code, 'parentId', r.parent_id,"
        " 'schoolForms', r.school_forms",
        "",
    ),
    "person": (
        f"'displayName', {display_name_sql('r')}, 'givenName', r.given_name, 'familyName', r.family_name,"
        " 'email', r.email,"
        f" 'loginNames', array_remove(ARRAY[CASE WHEN {_OWN_LOGIN} THEN r.login END], NULL),"
        f"{_DIGESTS}"
        " 'sourceId', CASE WHEN NOT r.protected THEN r.source_id END, 'externalIds', r.external_ids,"
        " 'protected', r.protected",
        "",
    ),
    "group": (
        "'name', r.name, 'sourceId', r.source_id, 'groupKind', r.kind, 'unitId', r.unit_id,"
        " 'schoolForm', r.school_form, 'startsOn', r.starts_on, 'endsOn', r.ends_on",
        "",
    ),
    "duty": (
        "'personId', r.person_id, 'unitId', r.unit_id, 'role', r.role, 'startsOn', r.starts_on, 'endsOn', r.ends_on, "
        + _PROTECTED,
        _PERSON.format(column="person_id"),
    ),
    "enrolment": (
        "'personId', r.person_id, 'unitId', r.unit_id, 'schoolForm', nullif(r.school_form, ''),"
        " 'schoolYear', r.school_year, 'startsOn', r.starts_on, 'endsOn', r.ends_on, " + _PROTECTED,
        _PERSON.format(column="person_id"),
    ),
    "membership": (
        "'groupId', r.group_id, 'personId', r.person_id, 'role', r.role, 'startsOn', r.starts_on,"
        " 'endsOn', r.ends_on, " + _PROTECTED,
        _PERSON.format(column="person_id"),
    ),
    "responsible": (
        "'childId', r.child_id, 'guardianId', r.guardian_id,"
        " 'protected', o.protected OR (SELECT g.protected FROM person g"
        " WHERE g.tenant_id = r.tenant_id AND g.id = r.guardian_id)",
        _PERSON.format(column="child_id"),
    ),
    "placement": (
        "'childId', r.child_id, 'unitId', r.unit_id, 'groupId', r.group_id, 'schoolForm', nullif(r.school_form, ''),"
        " 'startsOn', r.starts_on, 'endsOn', r.ends_on, 'weeklyHours', r.weekly_hours, " + _PROTECTED,
        _PERSON.format(column="child_id"),
    ),
    "activity": (
        "'name', r.name, 'sourceId', r.source_id, 'unitId', r.unit_id, 'subject', r.subject,"
        " 'startsOn', r.starts_on, 'endsOn', r.ends_on",
        "",
    ),
    "teaching": ("'activityId', r.activity_id, 'groupId', r.group_id", ""),
    "activity_teacher": (
        "'activityId', r.activity_id, 'personId', r.person_id, " + _PROTECTED,
        _PERSON.format(column="person_id"),
    ),
    "absence": (
        "'unitId', r.unit_id, 'groupId', r.group_id, 'month', r.month, 'pupils', r.pupils,"
        " 'absentMinutes', r.absent_minutes, 'plannedMinutes', r.planned_minutes",
        "",
    ),
}
_COMMON = (
    "'op', CASE WHEN r.ended_at IS NULL THEN 'put' ELSE 'end' END, 'version', r.changed_version, 'id', r.id,"
    " 'endedAt', r.ended_at, 'endedReason', r.ended_reason"
)


class ChangeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def head(self) -> int:
        tenant = tenant_of(self._session)
        version = await self._session.scalar(select(RosterHead.version).where(RosterHead.tenant_id == tenant))
        return version or 0

    async def by_index(self) -> None:
        """Read in the order of the feed's indexes: just after a first load, without statistics, PostgreSQL would
        fetch and sort the whole table for every page."""
        for setting in ("enable_bitmapscan", "enable_seqscan"):
            await self._session.execute(text(f"SET LOCAL {setting} = off"))

    async def lines(
        self, entity: Entity, after: tuple[int, UUID], upto: int, limit: int, *, is_public: bool = False
    ) -> list[Line]:
        """The next rows of one kind, in the order of the versions in which they last changed, `upto` being the last of
        these: a scan of its index."""
        fields, join = _LINES[entity.kind]
        fields = fields.replace(_DIGESTS, "") if is_public else fields
        statement = (
            "SELECT r.changed_version AS version, r.id,"
            f" json_strip_nulls(json_build_object('kind', '{entity.kind}', {_COMMON}, {fields}))::text AS json"
            f" FROM (SELECT * FROM {entity.table} t WHERE t.tenant_id = :tenant"
            " AND (t.changed_version, t.id) > (:version, :id) AND t.changed_version <= :upto"
            " ORDER BY t.changed_version, t.id LIMIT :limit) r"
            f" {join} ORDER BY r.changed_version, r.id"
        )
        values = {"tenant": tenant_of(self._session), "version": after[0], "id": after[1]}
        values |= {"upto": upto, "limit": limit}
        return [Line(*row) for row in await self._session.execute(text(statement), values)]
