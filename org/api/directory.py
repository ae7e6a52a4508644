"""The API of who is here and when: people, teams and fiscal periods, to read."""

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import FlagField, TextField, WordField
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org import access
from org.api_requests import ApiRequest
from org.enums import PeriodKind, Role
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team, TeamMembership

PEOPLE = Ordering({"full_name": "full_name"}, default="full_name")
TEAMS = Ordering({"name": "name"}, default="name")
PERIODS = Ordering({"start_on": "start_on"}, default="start_on")


class PersonQuery(PageQuery):
    text = TextField(required=False, max_length=100, help_text="A part of the name.")
    inactive = FlagField(required=False, help_text="Those who have left instead of the others.")
    ordering = PEOPLE.field()


class PersonBody(serializers.Serializer):
    """What everybody may know of everybody: names, titles and teams, no numbers."""

    id = serializers.IntegerField(source="pk")
    full_name = serializers.CharField()
    title = serializers.CharField()
    is_active = serializers.BooleanField()
    team = serializers.SerializerMethodField(help_text="The team of today.")

    def get_team(self, person: Person) -> int | None:
        return next((stay.team_id for stay in person.memberships.all()), None)


class TeamQuery(PageQuery):
    ordering = TEAMS.field()


class TeamBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )


class PeriodQuery(PageQuery):
    kind = WordField(choices=list(PeriodKind), required=False)
    ordering = PERIODS.field()


class PeriodBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    kind = WordField(choices=list(PeriodKind))
    label = serializers.CharField()  # type: ignore[assignment]
    start_on = serializers.DateField()
    end_on = serializers.DateField(help_text="Not included.")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )


class MeBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    full_name = serializers.CharField()
    roles = serializers.ListField(child=WordField(choices=list(Role)), source="role_set")
    scope = serializers.SerializerMethodField(help_text="Null for a signed-in browser.")

    def get_scope(self, _person: Person) -> str | None:
        token = self.context["request"].auth
        return token.scope if token else None


class Me(APIView):
    @operation(name="me_read", summary="Read who you are here", gives=MeBody)
    def get(self, request: ApiRequest) -> Response:
        return Response(MeBody(request.user, context={"request": request}).data)


class People(APIView):
    @operation(
        name="people_list", summary="List the people",
        query=PersonQuery, gives=page_body("PersonPage", PersonBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = PersonQuery.read(request)
        rows = Person.objects.visible_to(request.user)
        rows = rows.filter(is_active=not query.get("inactive", False))
        if text := query.get("text"):
            rows = rows.filter(full_name__icontains=text)
        today = TeamMembership.objects.on(access.today())
        rows = rows.prefetch_related(Prefetch("memberships", today))
        page = page_of(rows, request, query, ordering=PEOPLE)
        return Response(page.body(PersonBody(page.rows, many=True).data))


class Teams(APIView):
    @operation(
        name="teams_list", summary="List the teams whose numbers you may see",
        query=TeamQuery, gives=page_body("TeamPage", TeamBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = TeamQuery.read(request)
        rows = Team.objects.live().filter(pk__in=Team.objects.visible_to(request.user))
        page = page_of(rows, request, query, ordering=TEAMS)
        return Response(page.body(TeamBody(page.rows, many=True).data))


class Periods(APIView):
    @operation(
        name="periods_list", summary="List the fiscal years, quarters and months",
        query=PeriodQuery, gives=page_body("PeriodPage", PeriodBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = PeriodQuery.read(request)
        rows: QuerySet = FiscalPeriod.objects.all()
        if kind := query.get("kind"):
            rows = rows.filter(kind=kind)
        page = page_of(rows, request, query, ordering=PERIODS)
        return Response(page.body(PeriodBody(page.rows, many=True).data))
