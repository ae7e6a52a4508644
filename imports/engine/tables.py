"""Kinds whose rows are rows of one table: accounts, products, contacts, activities."""

from dataclasses import dataclass, field

from imports.engine.comparing import begin_match, begin_turns, execute, put_in_created_ids
from imports.enums import ImportKind, ImportSubject
from imports.models import ImportRun


@dataclass(frozen=True, slots=True)
class Target:
    """A table that rows are written to.

    ``columns`` gives the SQL type of each value, by the column's name; ``blanks`` what a new row
    has where the file says nothing; ``match`` selects (row, target, many) for the first rows
    of each key, in a table called ``first``; ``unique`` is a column whose lower-case text no two
    rows may share; ``references`` the subjects of values that may be made on the way.
    """

    table: str
    singular: str
    columns: dict[str, str]
    blanks: dict[str, str]
    match: str
    unique: str = ""
    references: dict[str, str] = field(default_factory=dict)
    extra_change: str = ""
    extra_reason: str = ""


def _alive_or_merged(table: str, name: str, also: str = "TRUE") -> str:
    """Let a row that was merged into another still be known by its name, unless it is used anew.

    So a file that names both rows of a customer finds both, and makes none of them again.
    """
    return f"""(alike.archived_at IS NULL OR alike.merged_into_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {table} alive WHERE alive.archived_at IS NULL
               AND upper(alive.{name}) = upper(alike.{name}) AND {also}))"""


def _by_id_else(table: str, natural: str, condition: str = "TRUE") -> str:
    """Match by external id, else, among rows without an id, by what ``natural`` compares."""
    return f"""
        SELECT first.row,
               coalesce(known.id, min(alike.id)) AS target,
               CASE WHEN known.id IS NULL THEN count(alike.id) ELSE 1 END AS many
          FROM first
          LEFT JOIN {table} known ON known.external_id = first.data ->> 'external_id'
          LEFT JOIN {table} alike
                 ON known.id IS NULL AND {natural} AND {condition}
                AND (first.data ->> 'external_id' IS NULL OR alike.external_id IS NULL)
         GROUP BY first.row, known.id"""


TARGETS: dict[str, Target] = {
    ImportKind.ACCOUNTS: Target(
        table="pipeline_account",
        singular="account",
        columns={
            "external_id": "text",
            "name": "text",
            "owner_id": "bigint",
            "parent_id": "bigint",
            "industry": "text",
            "country": "text",
            "website": "text",
            "employees": "integer",
            "annual_revenue": "numeric",
            "founded_year": "integer",
        },
        blanks={"industry": "''", "country": "''", "website": "''", "created_at": "now()"},
        match=_by_id_else(
            "pipeline_account",
            "upper(alike.name) = upper(first.data ->> 'name')",
            _alive_or_merged("pipeline_account", "name"),
        ),
        references={"owner_id": ImportSubject.PERSON, "parent_id": ImportSubject.ACCOUNT},
        extra_change="""
            || CASE WHEN r.data ? 'parent_text' AND NOT EXISTS (
                   SELECT 1 FROM pipeline_account above WHERE above.id = t.parent_id
                      AND (upper(above.name) = r.data ->> 'parent_text'
                           OR upper(above.external_id) = r.data ->> 'parent_text'))
               THEN jsonb_build_object('parent_id', jsonb_build_array(t.parent_id, NULL))
               ELSE '{}' END""",
    ),
    ImportKind.PRODUCTS: Target(
        table="pipeline_product",
        singular="product",
        columns={
            "external_id": "text",
            "name": "text",
            "family": "text",
            "list_price": "numeric",
            "currency": "text",
        },
        blanks={"family": "''", "currency": "%(currency)s"},
        match="""
        SELECT first.row, coalesce(known.id, alike.id) AS target, 1 AS many
          FROM first
          LEFT JOIN pipeline_product known ON known.external_id = first.data ->> 'external_id'
          LEFT JOIN pipeline_product alike ON lower(alike.name) = lower(first.data ->> 'name')""",
        unique="name",
    ),
    ImportKind.CONTACTS: Target(
        table="pipeline_contact",
        singular="contact",
        columns={
            "external_id": "text",
            "full_name": "text",
            "account_id": "bigint",
            "title": "text",
            "email": "text",
            "phone": "text",
        },
        blanks={"title": "''", "email": "''", "phone": "''", "created_at": "now()"},
        match=_by_id_else(
            "pipeline_contact",
            """alike.account_id = (first.data ->> 'account_id')::bigint
               AND CASE WHEN first.data ? 'email' AND alike.email <> ''
                        THEN lower(alike.email) = first.data ->> 'email'
                        ELSE upper(alike.full_name) = upper(first.data ->> 'full_name') END""",
            _alive_or_merged(
                "pipeline_contact", "full_name", "alive.account_id = alike.account_id"
            ),
        ),
        references={"account_id": ImportSubject.ACCOUNT},
    ),
    ImportKind.ACTIVITIES: Target(
        table="pipeline_activity",
        singular="activity",
        columns={
            "external_id": "text",
            "kind": "text",
            "direction": "text",
            "subject": "text",
            "body": "text",
            "occurred_at": "timestamptz",
            "minutes": "integer",
            "person_id": "bigint",
            "deal_id": "bigint",
            "account_id": "bigint",
            "contact_id": "bigint",
        },
        blanks={"body": "''", "direction": "''", "created_at": "now()"},
        match=_by_id_else(
            "pipeline_activity",
            """alike.person_id = (first.data ->> 'person_id')::bigint
               AND alike.occurred_at = (first.data ->> 'occurred_at')::timestamptz
               AND alike.kind = first.data ->> 'kind' AND alike.subject = first.data ->> 'subject'
               AND alike.deal_id IS NOT DISTINCT FROM (first.data ->> 'deal_id')::bigint
               AND alike.account_id IS NOT DISTINCT FROM (first.data ->> 'account_id')::bigint
               AND alike.contact_id IS NOT DISTINCT FROM (first.data ->> 'contact_id')::bigint""",
            "alike.archived_at IS NULL",
        ),
        references={"person_id": ImportSubject.PERSON, "account_id": ImportSubject.ACCOUNT},
    ),
}


def change_of(columns: dict[str, str]) -> str:
    """Return SQL for what a row ``r`` would change of the row ``t``: {column: [before, after]}."""
    parts = [
        f"""CASE WHEN r.data ? '{name}' AND t.{name} IS DISTINCT FROM (r.data ->> '{name}')::{kind}
                 THEN jsonb_build_object('{name}',
                      jsonb_build_array(t.{name}, (r.data ->> '{name}')::{kind}))
                 ELSE '{{}}' END"""
        for name, kind in columns.items()
    ]
    return " || ".join(parts)


def compare(run: ImportRun, kind: str) -> None:
    """Find what becomes of each staged row, into the comparison's table."""
    target = TARGETS[kind]
    clash = twice = "FALSE"
    if target.unique:
        column = target.unique
        clash = f"""EXISTS (SELECT 1 FROM {target.table} other
                             WHERE lower(other.{column}) = lower(r.data ->> '{column}')
                               AND other.id IS DISTINCT FROM t.id)"""
        twice = f"row_number() OVER (PARTITION BY lower(r.data ->> '{column}') ORDER BY r.row) > 1"
    begin_turns(run)
    begin_match(target.match, {"run": run.pk})
    execute(
        f"""
        WITH single AS (
            SELECT row, many, CASE WHEN many = 1 AND
                   row_number() OVER (PARTITION BY target, many ORDER BY row) = 1
                   THEN target END AS target,
                   many = 1 AND target IS NOT NULL
                   AND row_number() OVER (PARTITION BY target, many ORDER BY row) > 1 AS taken
              FROM import_match
        ),
        staged AS (
            SELECT turn.row, turn.first_row, turn.turn, own.data, first.data AS first_data
              FROM import_turn turn
              JOIN imports_importstagedrow own ON own.run_id = %(run)s AND own.row = turn.row
              LEFT JOIN imports_importstagedrow first
                     ON turn.turn > 1 AND first.run_id = %(run)s AND first.row = turn.first_row
        ),
        judged AS (
            SELECT r.row, r.first_row, r.turn, r.data, r.first_data, t.id AS target,
                   CASE WHEN t.id IS NULL THEN '{{}}' ELSE
                   {change_of(target.columns)} {target.extra_change} END AS changes,
                   CASE WHEN m.many > 1
                        THEN m.many || ' rows here would be this {target.singular}: give it an id.'
                        WHEN r.turn = 1 AND {clash}
                        THEN 'Another {target.singular} here has this name.'
                        WHEN r.turn = 1 AND {twice}
                        THEN 'Another row of the file has this name.' END AS reason
              FROM staged r
              LEFT JOIN single m ON m.row = r.row AND r.turn = 1
              LEFT JOIN {target.table} t ON t.id = m.target
        )
        INSERT INTO import_found (row, action, target, changes, reason)
        SELECT row,
               CASE WHEN reason IS NOT NULL THEN 'refuse'
                    WHEN turn > 1 AND first_reason IS NOT NULL THEN 'refuse'
                    WHEN turn > 1 AND data = first_data THEN 'part'
                    WHEN turn > 1 THEN 'refuse'
                    WHEN target IS NULL THEN 'create'
                    WHEN changes = '{{}}' THEN 'leave' ELSE 'change' END,
               target,
               CASE WHEN turn = 1 AND target IS NOT NULL AND changes <> '{{}}' THEN changes END,
               coalesce(reason, CASE
                    WHEN turn > 1 AND first_reason IS NOT NULL
                    THEN 'It repeats row ' || first_row || ', which is refused.'
                    WHEN turn > 1 AND data <> first_data
                    THEN 'Row ' || first_row
                         || ' is the same {target.singular} with other values.' END)
          FROM (SELECT *, first_value(reason) OVER (PARTITION BY first_row ORDER BY row)
                          AS first_reason
                  FROM judged) final
        """,
        {"run": run.pk},
    )


def lock(run: ImportRun, kind: str) -> None:
    """Lock the rows that the plan would change, so that nobody changes them meanwhile."""
    execute(
        f"""SELECT t.id FROM {TARGETS[kind].table} t
             WHERE t.id IN (SELECT target FROM imports_importrow
                             WHERE run_id = %s AND action IN ('change', 'leave'))
             ORDER BY t.id FOR NO KEY UPDATE""",
        [run.pk],
    )


def apply(run: ImportRun, kind: str, *, currency: str) -> None:
    """Write what the plan says: new rows, then changed ones."""
    target = TARGETS[kind]
    put_in_created_ids(run, target.references)
    names = [*target.columns, *(name for name in target.blanks if name not in target.columns)]
    values = []
    for name in names:
        blank = target.blanks.get(name, "NULL")
        if name not in target.columns:
            values.append(blank)
            continue
        value = f"(s.data ->> '{name}')::{target.columns[name]}"
        values.append(value if blank == "NULL" else f"coalesce({value}, {blank})")
    params = {"run": run.pk, "currency": currency}
    planned = """imports_importrow p
          JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
         WHERE p.run_id = %(run)s AND p.action = """
    execute(
        f"""INSERT INTO {target.table} (id, {", ".join(names)})
            SELECT p.target, {", ".join(values)} FROM {planned} 'create' ORDER BY p.row""",
        params,
    )
    sets = ", ".join(
        f"{name} = CASE WHEN f.data ? '{name}' "
        f"THEN (f.data ->> '{name}')::{sql_type} ELSE t.{name} END"
        for name, sql_type in target.columns.items()
    )
    execute(
        f"""UPDATE {target.table} t SET {sets}
              FROM (SELECT p.target, s.data FROM {planned} 'change') f WHERE t.id = f.target""",
        params,
    )
    if kind == ImportKind.ACCOUNTS:
        _set_parents(run)
    _keep_created_values(run, target)


def _set_parents(run: ImportRun) -> None:
    """Put accounts below parents that stand in the same file."""
    execute(
        """WITH wanted AS (
               SELECT p.target, p.row,
                      (SELECT above.id FROM pipeline_account above
                        WHERE above.archived_at IS NULL AND above.id <> p.target
                          AND (upper(above.external_id) = s.data ->> 'parent_text'
                               OR upper(above.name) = s.data ->> 'parent_text')
                        ORDER BY (upper(above.external_id) = s.data ->> 'parent_text')
                                 DESC NULLS LAST, above.id LIMIT 1) AS parent
                 FROM imports_importrow p
                 JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row
                WHERE p.run_id = %(run)s AND p.action IN ('create', 'change')
                  AND s.data ? 'parent_text'
           ), noted AS (
               UPDATE imports_importrow r
                  SET changes = jsonb_set(r.changes, '{parent_id,1}', to_jsonb(wanted.parent))
                 FROM wanted
                WHERE r.run_id = %(run)s AND r.row = wanted.row AND r.changes ? 'parent_id'
           )
           UPDATE pipeline_account account SET parent_id = wanted.parent
             FROM wanted WHERE account.id = wanted.target""",
        {"run": run.pk},
    )


def _keep_created_values(run: ImportRun, target: Target) -> None:
    """Note what new rows were given, by which undoing sees whether they were edited since."""
    pairs = ", ".join(f"'{name}', jsonb_build_array(NULL, t.{name})" for name in target.columns)
    execute(
        f"""UPDATE imports_importrow p SET changes = jsonb_build_object({pairs})
              FROM {target.table} t
             WHERE p.run_id = %(run)s AND p.action = 'create' AND t.id = p.target""",
        {"run": run.pk},
    )
