from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from org.backends import OrganisationTime
from org.models.calendar import Organisation


def test_a_signed_in_request_runs_in_the_organisations_zone_and_the_next_in_its_own(sales_team):
    Organisation.objects.update(time_zone="Asia/Kathmandu")
    seen = []
    middleware = OrganisationTime(lambda request: seen.append(timezone.get_current_timezone_name()))

    for user in (sales_team.rita, None):
        request = RequestFactory().get("/")
        request.user = user or AnonymousUser()
        middleware(request)

    assert seen == ["Asia/Kathmandu", "UTC"]
