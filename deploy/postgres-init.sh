# Read by the postgres image when its cluster is made. The same roles, grants and extensions as
# icse/embedded/bootstrap.py makes for the embedded server; tests/architecture compares both.
psql --set=ON_ERROR_STOP=1 --username=postgres --no-password <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv engine_password ENGINE_PASSWORD

CREATE ROLE icse_owner LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE icse_app LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE icse_engine LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'engine_password';
GRANT icse_app TO icse_owner WITH INHERIT FALSE, SET TRUE;
GRANT icse_engine TO icse_owner WITH INHERIT FALSE, SET TRUE;

CREATE DATABASE icse OWNER icse_owner;
\connect icse
CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
