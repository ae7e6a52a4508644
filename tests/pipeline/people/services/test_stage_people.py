import pytest
from django.core.exceptions import PermissionDenied

from org.models.audit import AuditEntry
from pipeline.people.models import StagePeople
from pipeline.people.services import set_stage_people
from tests.factories.pipeline import StageFactory

pytestmark = pytest.mark.django_db


def test_the_roles_of_a_stage_are_kept_sorted_and_the_same_again_is_not_logged(sales_team):
    stage = StageFactory()

    for named in (["user", "champion"], ["champion", "user"]):
        set_stage_people(stage, by=sales_team.ada, named=named, engaged=["champion"])

    row = StagePeople.objects.get()
    assert (row.named, row.engaged) == (["champion", "user"], ["champion"])
    entry = AuditEntry.objects.get(action="stage.set_people")
    assert entry.changes["engaged"] == [None, ["champion"]]


def test_only_admins_set_the_roles_of_a_stage(sales_team):
    stage = StageFactory()

    for person in (sales_team.mia, sales_team.eve):
        with pytest.raises(PermissionDenied):
            set_stage_people(stage, by=person, named=["user"], engaged=[])

    assert not StagePeople.objects.exists()
