"""Who belongs to which population and whether it is open, as SQL that other statements ask as well."""

from shared.auth import Population, Role, Side

POPULATIONS = tuple(one.value for one in Population)
_TODAY = "NOT {0}.is_ended AND ({0}.starts_on IS NULL OR {0}.starts_on <= :today)" + (
    " AND ({0}.ends_on IS NULL OR {0}.ends_on >= :today)"
)
# Where a tie counts: a pupil's at the unit of the place, a guardian's at the units of the child's places.
_AT_UNIT = f"""(
    t.unit_id = {{unit}} OR EXISTS (
        SELECT FROM person_tie c WHERE c.tenant_id = t.tenant_id AND c.person_id = t.child_id
          AND c.population = 'pupil' AND c.unit_id = {{unit}} AND {_TODAY.format("c")}))"""
# Staff is who has a duty today, was given a role by hand, or has never been anything else in the roster. That
# a unit lets somebody take part makes no pupil staff. Who is several things may come in as any of them.
_IS_STAFF = f"""(
    a.person_id IS NULL
    OR EXISTS (SELECT FROM duty d
               WHERE d.tenant_id = a.tenant_id AND d.person_id = a.person_id AND {_TODAY.format("d")})
    OR EXISTS (SELECT FROM membership m WHERE m.tenant_id = a.tenant_id AND m.account_id = a.id AND m.duty_id IS NULL
                 AND (m.role <> 'participant' OR a.unit_id IS NULL))
    OR NOT EXISTS (SELECT FROM person_tie t WHERE t.tenant_id = a.tenant_id AND t.person_id = a.person_id))"""
_IS_OPENED = f"""EXISTS (
    SELECT FROM person_tie t
    JOIN population_opening o ON o.tenant_id = t.tenant_id AND o.population = t.population AND o.state = 'open'
        AND (o.opens_on IS NULL OR o.opens_on <= :today)
    WHERE t.tenant_id = a.tenant_id AND t.person_id = a.person_id AND {_TODAY.format("t")}
      AND (o.unit_id IS NULL OR {_AT_UNIT.format(unit="o.unit_id")}){{more}})"""
_IS_SERVED = " AND t.population = ANY (:served)"
SHUT_OUT = f"""
SELECT a.id FROM account a
WHERE a.tenant_id = :tenant AND a.id = ANY (:accounts) AND NOT ('staff' = ANY (:served) AND {_IS_STAFF})
  AND NOT {_IS_OPENED.format(more=_IS_SERVED)} ORDER BY a.id
"""
CONCERNED = f"""
SELECT count(*) AS accounts, count(*) FILTER (WHERE {_IS_STAFF}) AS staff,
       count(*) FILTER (WHERE NOT {_IS_STAFF} AND {_IS_OPENED.format(more="")}) AS opened,
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM sso_session s WHERE s.tenant_id = a.tenant_id AND s.account_id = a.id AND s.ended_at IS NULL
             AND s.expires_at > now())) AS logged_in
FROM account a
WHERE a.tenant_id = :tenant AND a.state = 'open' AND EXISTS (
    SELECT FROM person_tie t WHERE t.tenant_id = a.tenant_id AND t.person_id = a.person_id
      AND t.population = :population AND {_TODAY.format("t")}
      AND (CAST(:unit AS uuid) IS NULL OR {_AT_UNIT.format(unit="CAST(:unit AS uuid)")}))
"""
# Whom the rules of assurance take for a child or a guardian: by any tie, past ones too, unless a duty makes them staff
# today. A role that somebody gave by hand lifts no child over the rule for children.
GROUP = f"""
SELECT CASE WHEN bool_or(t.population = 'pupil') THEN 'pupil' ELSE min(t.population) END FROM person_tie t
WHERE t.tenant_id = :tenant AND t.person_id = :person AND NOT EXISTS (
    SELECT FROM duty d WHERE d.tenant_id = t.tenant_id AND d.person_id = t.person_id AND {_TODAY.format("d")})
"""

# What a pupil or guardian without a role of their own is while their wave is open: one who takes part, at the units of
# the child. As rows of a membership are read: role, unit, side.
_PARTS = f"""
SELECT jsonb_agg(DISTINCT jsonb_build_array('{Role.participant.value}', c.unit_id, '{Side.customer.value}'))
FROM person_tie t
JOIN person_tie c ON c.tenant_id = t.tenant_id AND c.person_id = coalesce(t.child_id, t.person_id)
    AND c.population = 'pupil' AND {_TODAY.format("c")}
JOIN population_opening o ON o.tenant_id = t.tenant_id AND o.population = t.population AND o.state = 'open'
    AND (o.opens_on IS NULL OR o.opens_on <= :today) AND (o.unit_id IS NULL OR o.unit_id = c.unit_id)
WHERE t.tenant_id = :tenant AND t.person_id = :person AND {_TODAY.format("t")}
"""


def parts_query(tenant: str, person: str, today: str) -> str:
    """What somebody is by an open wave alone, as JSON, for a statement that asks more; the arguments are SQL."""
    return _PARTS.replace(":tenant", tenant).replace(":person", person).replace(":today", today)


def shut_out_query(tenant: str, account: str, today: str, served: str) -> str:
    """The query of `shut_out` about one account, for a statement that asks more; the arguments are SQL."""
    asked = SHUT_OUT.replace(":tenant", tenant).replace(":accounts", f"ARRAY[{account}]")
    return asked.replace(":today", today).replace(":served", served)


def group_query(tenant: str, person: str, today: str) -> str:
    """The query of `group_of`, for a statement that asks more; the arguments are SQL."""
    return GROUP.replace(":tenant", tenant).replace(":person", person).replace(":today", today)
