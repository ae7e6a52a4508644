#!/bin/sh
# Runs once, when the database volume is new. The application's role owns its database and is no
# superuser: to a superuser the database's own row rules would not apply.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=password="$(cat /run/secrets/database_password)" <<'SQL'
CREATE ROLE salesmgr LOGIN PASSWORD :'password';
CREATE DATABASE salesmgr OWNER salesmgr;
SQL
