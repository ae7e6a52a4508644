"""The columns of the accounts in a territory, for the download."""

from kit.tables import Column

ACCOUNTS = [
    Column(key="name", label="Account"),
    Column(key="external_id", label="Id in another system"),
    Column(key="industry", label="Industry"),
    Column(key="country", label="Country"),
]
