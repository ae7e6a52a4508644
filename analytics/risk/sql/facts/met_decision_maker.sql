-- Whether an economic buyer or champion took part in a meeting, a call or an e-mail that came back
-- (`is_exchange` of pipeline.people.metrics says the same).
EXISTS (SELECT
          FROM pipeline_dealcontact deciding
          JOIN pipeline_activity met
            ON met.deal_id = deciding.deal_id AND met.contact_id = deciding.contact_id
         WHERE deciding.deal_id = {deal} AND deciding.role IN ('economic_buyer', 'champion')
           AND deciding.added_at <= {moment}
           AND (deciding.ended_at IS NULL OR deciding.ended_at > {moment})
           AND met.occurred_at <= {moment} AND met.created_at <= {moment}
           AND (met.archived_at IS NULL OR met.archived_at > {moment})
           AND (met.kind = 'meeting'
                OR (met.kind = 'call' AND met.minutes IS DISTINCT FROM 0)
                OR (met.kind = 'email' AND met.direction IN ('in', 'both'))))
