"""Sign-in, password reset and sign-out: allauth's pages."""

from typing import Any

from tests.access.matrix import Case, World, same

EVERYBODY = same(200, anonymous=200)
HOME_WHEN_SIGNED_IN = same(302, anonymous=200)


def key(_world: World, _target: str) -> dict[str, Any]:
    return {"uidb36": "zzz", "key": "made-up"}


CASES: list[Case] = [
    Case("account_login", "GET", HOME_WHEN_SIGNED_IN),
    Case("account_login", "POST", HOME_WHEN_SIGNED_IN),
    Case("account_logout", "GET", same(200)),
    Case("account_logout", "POST", same(302)),
    Case("account_signup", "GET", HOME_WHEN_SIGNED_IN),
    Case("account_signup", "POST", HOME_WHEN_SIGNED_IN),
    Case("account_inactive", "GET", EVERYBODY),
    Case("account_reauthenticate", "GET", same(200)),
    Case("account_reauthenticate", "POST", same(200)),
    Case("account_change_password", "GET", same(200)),
    Case("account_change_password", "POST", same(200)),
    Case("account_reset_password", "GET", EVERYBODY),
    Case("account_reset_password", "POST", EVERYBODY),
    Case("account_reset_password_done", "GET", EVERYBODY),
    Case("account_reset_password_from_key", "GET", EVERYBODY, kwargs=key),
    Case("account_reset_password_from_key", "POST", EVERYBODY, kwargs=key),
    Case("account_reset_password_from_key_done", "GET", EVERYBODY),
]
