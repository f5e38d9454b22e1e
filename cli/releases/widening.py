"""Whether what migrations do lets the last release go on working beside the new one: they may only widen the schema.

Judged are the statements that migrations make, not their Python: they are rendered offline, as SQL. What they do to
tables that are new since the release is free. A migration that takes away says so with `narrow(since=...)`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from cli.releases.release import ROOT
from shared.kit.refusals import NEEDS

_NAME = r'(?:IF (?:NOT )?EXISTS )?(?:ONLY )?(?:public\.)?"?(?P<table>\w+)"?'
_TABLE = f"ALTER TABLE {_NAME} "
_MADE = re.compile(rf"CREATE (?:UNLOGGED )?(?:TABLE|FUNCTION|VIEW|TYPE|SEQUENCE) {_NAME}", re.IGNORECASE)
_INDEX = r'CREATE (?:UNIQUE )?INDEX (?P<how>CONCURRENTLY )?(?:IF NOT EXISTS )?"?\w+"? ON '


@dataclass(frozen=True)
class Rule:
    """`pattern` finds what old code, or whoever waits meanwhile, suffers from; `mend` says what to do instead."""

    pattern: re.Pattern[str]
    harm: str
    mend: str


def _rule(pattern: str, harm: str, mend: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE | re.DOTALL), harm, mend)


_LATER = "leave it for a release in which no running code knows it, and call narrow(since=...) there"
_CONSTRAINT = "use shared.kit.migrations.add_constraint"
RULES: tuple[Rule, ...] = (
    _rule(f"DROP (?:TABLE|VIEW|FUNCTION|TYPE|SEQUENCE) {_NAME}", "removes what old code uses", _LATER),
    _rule(f"{_TABLE}.*DROP COLUMN", "removes a column that old code names", _LATER),
    _rule(f"{_TABLE}.*RENAME", "renames what old code knows by its former name", "add the new beside the old"),
    _rule(
        f"{_TABLE}.*ALTER (?:COLUMN )?\\S+ (?:SET DATA )?TYPE ",
        "rewrites the table under lock",
        "add a column beside it",
    ),
    _rule(f"{_TABLE}.*SET NOT NULL", "refuses rows that old code writes without it", _LATER),
    _rule(f"{_TABLE}.*DROP DEFAULT", "refuses rows that old code writes without it", "keep the default"),
    _rule(
        f"{_TABLE}.*ADD (?:COLUMN )?(?!CONSTRAINT)\\S+ (?:(?! DEFAULT |,).)* NOT NULL(?!(?:(?!,).)* DEFAULT )",
        "refuses rows that old code writes, and fails where rows are",
        "give a DEFAULT and keep it",
    ),
    _rule(
        f"{_TABLE}.*DEFAULT (?:gen_random_uuid|clock_timestamp|random|uuidv7)",
        "rewrites the table under lock",
        "fill it by a job",
    ),
    _rule(
        f"{_TABLE}.*ADD CONSTRAINT \\S+ (?:CHECK|FOREIGN)(?!.*NOT VALID)",
        "reads the whole table under lock",
        _CONSTRAINT,
    ),
    _rule(
        f"{_TABLE}.*ADD CONSTRAINT \\S+ (?:UNIQUE|PRIMARY|EXCLUDE)(?!.*USING INDEX)",
        "builds an index under lock",
        "build it by add_index, then ADD CONSTRAINT ... USING INDEX",
    ),
    _rule(f"{_INDEX}{_NAME}", "stops all writing while the index is built", "use shared.kit.migrations.add_index"),
    _rule(f"(?:UPDATE|DELETE FROM) {_NAME} ", "holds every row that it touches until its end", "fill it by a job"),
    _rule(f"(?:LOCK|TRUNCATE|CLUSTER)(?: TABLE)? {_NAME}", "keeps everybody out", "do without"),
    _rule(f"REVOKE .* ON (?!FUNCTION|SCHEMA|ALL )(?:TABLE )?{_NAME}", "takes a right from old code", _LATER),
    _rule(r"SET (?:LOCAL |SESSION )?lock_timeout", "would wait longer than others bear", "keep the limit of run_env"),
)


def statements(service: str, since: str, root: Path = ROOT) -> list[tuple[str, str]]:
    """Revision and SQL of each statement that upgrades `service` from revision `since` to its newest.

    Errors: what the migration raises where it asks the database for something, which a rendering has not.
    """
    scripts = ScriptDirectory(str(root / "services" / service / "migrations"))
    found: list[tuple[str, str]] = []
    running = [""]

    class Rendered:
        def write(self, text: str) -> None:
            if text.strip() and not text.startswith("--"):
                found.append((running[0], text.strip()))

        def flush(self) -> None:
            return None

    def steps(revision: Any, _: MigrationContext) -> list[Any]:
        return scripts._upgrade_revs("head", since)

    options = {"as_sql": True, "output_buffer": Rendered(), "service": service, "fn": steps, "script": scripts}
    made = MigrationContext.configure(dialect_name="postgresql", opts={**options, "starting_rev": since})
    for step in steps(since, made):
        running[0] = step.revision.revision
        with Operations.context(made):
            step.migration_fn()
    return found


def faults(rendered: Iterable[tuple[str, str]], releases: Sequence[str] = ()) -> list[str]:
    """A sentence for each statement that does more than widen. `releases`: the service's head in each release."""
    new, told = set[str](), []
    rendered = [(revision, " ".join(sql.split())) for revision, sql in rendered]
    narrowing = {revision: sql.partition(NEEDS)[2].partition("'")[0] for revision, sql in rendered if NEEDS in sql}
    told += [
        f"{revision}: narrow(since={since!r}) names no release's head: {', '.join(releases) or 'there is none'}"
        for revision, since in narrowing.items()
        if since not in releases
    ]
    for revision, sql in rendered:
        if made := _MADE.match(sql):
            new.add(made["table"].lower())
        if revision not in narrowing:
            told += [f"{revision}: {sql[:140]!r} {rule.harm}: {rule.mend}" for rule in RULES if _breaks(rule, sql, new)]
    return told


def _breaks(rule: Rule, sql: str, new: set[str]) -> bool:
    found = rule.pattern.match(sql)
    if found is None:
        return False
    parts = found.groupdict()
    return not parts.get("how") and parts.get("table", "").lower() not in new
