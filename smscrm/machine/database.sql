-- What the roles may do in one database; run it connected to that database, which smscrm_owner owns. Repeatable.
-- TEMPORARY is for COPY: it goes to a temporary table, because COPY into a secured table is refused.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO smscrm_app', current_database());
END
$$;
ALTER SCHEMA public OWNER TO smscrm_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO smscrm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE smscrm_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO smscrm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE smscrm_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO smscrm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE smscrm_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO smscrm_app;
