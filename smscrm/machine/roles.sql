-- The two roles, for the whole server. Repeatable: it also repairs roles that someone changed.
-- Row security does not bind superusers, BYPASSRLS roles and owners, so the runtime role is none of them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'smscrm_owner') THEN
        CREATE ROLE smscrm_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'smscrm_app') THEN
        CREATE ROLE smscrm_app;
    END IF;
END
$$;
ALTER ROLE smscrm_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE smscrm_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
