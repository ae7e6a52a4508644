"""Teams and territories lie where they lie by date, so that a move leaves the past as it was."""

import datetime

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import kit.fields

PLACING = """
CREATE FUNCTION org_place_in_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places text := TG_TABLE_NAME || 'placement';
    looped boolean;
BEGIN
    -- One move at a time: two that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711002);
    -- A day further than tomorrow is nobody's today, whatever the time zone.
    IF NEW.parent_since > current_date + 1 THEN
        RAISE EXCEPTION '% % would move in the future', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_moved_by_now';
    END IF;
    EXECUTE format('DELETE FROM %I WHERE node_id = $1 AND valid_from >= $2', places)
        USING NEW.id, NEW.parent_since;
    EXECUTE format('UPDATE %I SET valid_to = $2 WHERE node_id = $1
                       AND (valid_to IS NULL OR valid_to > $2)', places)
        USING NEW.id, NEW.parent_since;
    IF NEW.parent_id IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('INSERT INTO %I (node_id, parent_id, valid_from) VALUES ($1, $2, $3)', places)
        USING NEW.id, NEW.parent_id, NEW.parent_since;
    EXECUTE format(
        'WITH RECURSIVE up AS (
             SELECT parent_id AS id, daterange(valid_from, valid_to) AS valid, 1 AS depth
             FROM %1$I WHERE node_id = $1
             UNION ALL
             SELECT place.parent_id, up.valid * daterange(place.valid_from, place.valid_to),
                    up.depth + 1
             FROM up JOIN %1$I place ON place.node_id = up.id
              AND up.valid && daterange(place.valid_from, place.valid_to)
             WHERE up.id <> $1 AND up.depth < 100
         ) SELECT EXISTS (SELECT 1 FROM up WHERE id = $1)', places)
    INTO looped USING NEW.id;
    IF looped THEN
        RAISE EXCEPTION '% % would lie inside itself', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_no_circle';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER org_team_no_circle ON org_team;
DROP TRIGGER org_territory_no_circle ON org_territory;
DROP FUNCTION org_refuse_circle();

CREATE TRIGGER org_team_place AFTER INSERT OR UPDATE OF parent_id, parent_since ON org_team
FOR EACH ROW EXECUTE FUNCTION org_place_in_tree();
CREATE TRIGGER org_territory_place
AFTER INSERT OR UPDATE OF parent_id, parent_since ON org_territory
FOR EACH ROW EXECUTE FUNCTION org_place_in_tree();

UPDATE org_team SET parent_since = parent_since WHERE parent_id IS NOT NULL;
UPDATE org_territory SET parent_since = parent_since WHERE parent_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0005_leavers_deals_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="parent_since",
            field=models.DateField(
                db_default=datetime.date(1900, 1, 1), default=datetime.date(1900, 1, 1)
            ),
        ),
        migrations.AddField(
            model_name="territory",
            name="parent_since",
            field=models.DateField(
                db_default=datetime.date(1900, 1, 1), default=datetime.date(1900, 1, 1)
            ),
        ),
        migrations.CreateModel(
            name="TeamPlacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="org.team",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.team"
                    ),
                ),
            ],
            options={
                "ordering": ["node", "valid_from"],
                "abstract": False,
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (kit.fields.SameId("node"), "&&"),
                            (kit.fields.Days("valid_from", "valid_to"), "&&"),
                        ],
                        name="teamplacement_one_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="teamplacement_lasts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TerritoryPlacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="org.territory",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.territory",
                    ),
                ),
            ],
            options={
                "ordering": ["node", "valid_from"],
                "abstract": False,
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (kit.fields.SameId("node"), "&&"),
                            (kit.fields.Days("valid_from", "valid_to"), "&&"),
                        ],
                        name="territoryplacement_one_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="territoryplacement_lasts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(PLACING),
    ]
