-- A person sees no deals of others until pipeline's triggers say so, also one who is added by SQL.
ALTER TABLE org_person ALTER COLUMN lent_deals SET DEFAULT '{}';
