"""What an import would make although it is likely here already, under another spelling."""

from dataclasses import dataclass

from imports.engine.comparing import rows_of
from imports.enums import ImportKind, ImportSubject
from imports.models import ImportRun

MOST_SHOWN = 20
# The accounts of the file that would be made, and those made on the way to other rows.
_OF_ACCOUNTS = """
    SELECT planned.row, staged.data ->> 'name' AS name
      FROM imports_importrow planned
      JOIN imports_importstagedrow staged
        ON staged.run_id = planned.run_id AND staged.row = planned.row
     WHERE planned.run_id = %(run)s AND planned.action = 'create'"""
_ON_THE_WAY = """
    SELECT NULL::integer AS row, name FROM imports_importcreation
     WHERE run_id = %(run)s AND subject = %(account)s"""
_CONTACTS = """
    SELECT planned.row, staged.data ->> 'full_name' AS name, contact.full_name || ', ' ||
           account.name AS known, contact.account_id
      FROM imports_importrow planned
      JOIN imports_importstagedrow staged
        ON staged.run_id = planned.run_id AND staged.row = planned.row
      JOIN pipeline_contact contact ON contact.archived_at IS NULL
       AND lower(contact.email) = staged.data ->> 'email' AND contact.email <> ''
      JOIN pipeline_account account ON account.id = contact.account_id
     WHERE planned.run_id = %(run)s AND planned.action = 'create'
     ORDER BY planned.row LIMIT %(most)s"""


@dataclass(frozen=True, slots=True)
class LikelySame:
    """A thing that would be made, its row if it has one, and the account or contact it may be.

    ``account`` is None where that one would be made too.
    """

    row: int | None
    name: str
    known: str
    account: int | None


def likely_same(run: ImportRun) -> list[LikelySame]:
    """Return what the plan would make although it is likely here, up to MOST_SHOWN.

    Accounts by the key of their name, contacts by their e-mail address at another account.
    """
    values = {"run": run.pk, "account": str(ImportSubject.ACCOUNT), "most": MOST_SHOWN}
    if run.kind == ImportKind.CONTACTS:
        contacts = [LikelySame(*row) for row in rows_of(_CONTACTS, values)]
        if contacts:
            return contacts
    made = _OF_ACCOUNTS if run.kind == ImportKind.ACCOUNTS else _ON_THE_WAY
    found = rows_of(
        f"""WITH made AS (SELECT *, row_number() OVER (ORDER BY row, name) AS n FROM ({made}) each)
            SELECT made.row, made.name, account.name, account.id
              FROM made
              JOIN pipeline_account account
                ON pipeline_name_key(account.name) = pipeline_name_key(made.name)
               AND account.archived_at IS NULL
             UNION ALL
            SELECT later.row, later.name, made.name, NULL
              FROM made
              JOIN made later
                ON pipeline_name_key(later.name) = pipeline_name_key(made.name)
               AND later.n > made.n
             ORDER BY 1, 2 LIMIT %(most)s""",
        values,
    )
    return [LikelySame(*row) for row in found]
