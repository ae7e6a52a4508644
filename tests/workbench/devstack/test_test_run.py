import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_database_role_is_no_superuser_so_row_security_applies() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


@pytest.mark.django_db
def test_database_is_a_test_database_of_this_schema() -> None:
    assert connection.settings_dict["NAME"].startswith("test_salesmgr_")


def test_cache_is_real_and_apart_from_the_demo() -> None:
    cache.set("colour", "teal", 5)

    assert cache.get("colour") == "teal"
    assert "db=0" not in settings.CACHES["default"]["LOCATION"]
