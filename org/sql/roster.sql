-- Everybody with the seats by which they count on some day of [start, end), by name.
--
-- "sells": has the role of a rep today. The condition that the viewer may see the
-- person's deals and numbers, and what is told of their activities, are put in by the reader.
SELECT person.id, person.full_name, person.title,
       EXISTS (SELECT FROM org_rolegrant role WHERE role.person_id = person.id AND role.role = 'rep')
           AS sells,
       person.is_active, person.started_on, person.left_on,
       {shown} AS shown,
       {last_activity} AS last_activity,
       (SELECT coalesce(json_agg(json_build_object(
                   'team', seat.team_id, 'since', seat.valid_from, 'until', seat.valid_to)
                   ORDER BY seat.valid_from), '[]')
          FROM org_teammembership seat
         WHERE seat.person_id = person.id AND seat.valid_from < %(end)s
           AND (seat.counts_to IS NULL OR seat.counts_to > %(start)s)) AS stays
  FROM org_person person
 ORDER BY person.full_name, person.id
