#!/bin/sh
# Runs once, when PostgreSQL starts on an empty volume: Rasa's side gets a database and a user of its
# own, which cannot open the one that holds what visitors wrote.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set password="$(cat /run/secrets/dialogues_password)" <<'SQL'
CREATE ROLE dialogues LOGIN PASSWORD :'password';
CREATE DATABASE dalil_dialogues OWNER dialogues;
REVOKE CONNECT ON DATABASE dalil FROM PUBLIC;
SQL
