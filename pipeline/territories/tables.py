"""The columns of the accounts in a territory, for the download."""

from kit.tables import Column

TERRITORY_ACCOUNTS = [
    Column("name", "Account"),
    Column("external_id", "Id in another system"),
    Column("industry", "Industry"),
    Column("country", "Country"),
]
