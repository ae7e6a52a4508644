"""What the plan of a file of deals tells beside its rows: the stage before, and list prices."""

from collections.abc import Iterator

from imports.engine.comparing import rows_of
from imports.engine.options import Options
from imports.models import ImportRun
from pipeline.stages.models import Stage


def usual_open_stage(run: ImportRun) -> int | None:
    """Return the open stage in which most of the file's dated open deals are, else the first one.

    It is where closed deals are taken to have been before: minus a number for a stage to be made.
    """
    found = rows_of(
        """SELECT (data ->> 'stage_id')::bigint FROM imports_importstagedrow
            WHERE run_id = %s AND data ->> 'kind' = 'open'
              AND NOT EXISTS (
                  SELECT 1 FROM pipeline_stage stage WHERE stage.id = (data ->> 'stage_id')::bigint
                     AND stage.pipeline_id <> pipeline_default_pipeline())
            GROUP BY 1
            ORDER BY count(*) FILTER (
                WHERE data ->> 'made_created_day' <> %s) DESC, count(*) DESC, 1 LIMIT 1""",
        [run.pk, run.options["as_of"]],
    )
    if found:
        return int(found[0][0])
    first = rows_of(
        """SELECT id FROM pipeline_stage WHERE kind = 'open' AND archived_at IS NULL
              AND pipeline_id = pipeline_default_pipeline()
            ORDER BY "order", id LIMIT 1"""
    )
    return int(first[0][0]) if first else None


def was_open_before(run: ImportRun) -> bool:
    """Whether a deal that is closed in the file was created earlier, and nothing says where."""
    return bool(
        rows_of(
            """SELECT FROM imports_importstagedrow
                WHERE run_id = %s AND NOT data ? 'open_stage_id'
                  AND (data ->> 'made_closed_at')::timestamptz
                      > (data ->> 'made_created_at')::timestamptz
                LIMIT 1""",
            [run.pk],
        )
    )


# Each line of a new deal once, though a file may repeat it.
PRICED = """
SELECT status, currency, count(DISTINCT deal), sum(price)
  FROM (SELECT DISTINCT ON (turn.first_row, staged.data -> 'line')
               turn.first_row AS deal, staged.data ->> 'kind' AS status,
               staged.data ->> 'made_currency' AS currency,
               (staged.data ->> 'made_priced')::numeric AS price
          FROM import_turn turn
          JOIN imports_importstagedrow staged ON staged.run_id = %(run)s AND staged.row = turn.row
          JOIN imports_importrow kept ON kept.run_id = %(run)s AND kept.row = turn.first_row
         WHERE kept.action = 'create' AND staged.data ? 'made_priced') each
 GROUP BY 1, 2 ORDER BY 1, 2
"""


def list_prices(run: ImportRun, options: Options) -> Iterator[str]:
    """Say which new deals without an amount get the list price of their products, or could."""
    for status, currency, count, whole in rows_of(PRICED, {"run": run.pk}):
        deals = f"{count:,} {status} deal{'s have' if count > 1 else ' has'} no amount"
        if status in options.list_price:
            yield f"{deals}: list prices are taken, {whole:,} {currency} in all."
        else:
            yield f"{deals} and none is made up; list prices would come to {whole:,} {currency}."


def open_stage_name(run: ImportRun) -> str:
    """Return the name of the stage that closed deals of the file were in before."""
    stage = run.plan.get("open_stage")
    if not stage:
        return ""
    if stage < 0:
        made = run.creations.filter(number=-stage).first()
        return made.name if made else ""
    found = Stage.objects.filter(pk=stage).first()
    return found.name if found else ""
