"""Settings, all from the few environment names below; refuses to start when they are unsafe.

SECRET_KEY, CREDENTIAL_KEYS (comma-separated Fernet keys, newest first), PEPPER (keys the hash of phone numbers),
LINK_URL (a short address of the same web servers, for links in texts), LINK_KEYS, LINK_OLDEST (see docs/deployment.md),
DATABASE_URL (the unprivileged runtime role), DATABASE_OWNER_URL (migrations only), BROKER_URL, PUBLIC_URL,
ALLOWED_HOSTS, DEBUG, DEMO, SIMULATOR_URL, EMAIL_URL, DEFAULT_FROM_EMAIL, LOG_LEVEL, FILES_ROOT.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
SECRET_KEY = env.str("SECRET_KEY", "")
PEPPER = env.str("PEPPER", "").encode()
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
# Links in texts: every character costs, so they may have a short host of their own. Their keys: the first is made from
# the pepper, LINK_KEYS adds newer ones (the last one signs), LINK_OLDEST gives up those before it.
LINK_URL = env.str("LINK_URL", PUBLIC_URL).rstrip("/")
LINK_KEYS = env.list("LINK_KEYS", default=[])
LINK_OLDEST = env.int("LINK_OLDEST", 1)
SIMULATOR_URL = env.str("SIMULATOR_URL", "")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=sorted({urlsplit(url).hostname or "127.0.0.1" for url in (PUBLIC_URL, LINK_URL)})
)
FILES_ROOT = Path(env.str("FILES_ROOT", str(BASE_DIR / ".run" / "files")))

# ── database: migrations run as the owner, everything else as a role that row security binds ──────────
_MIGRATING = len(sys.argv) > 1 and sys.argv[1] in {"migrate", "sqlmigrate"}
_database_url = "DATABASE_OWNER_URL" if _MIGRATING and "DATABASE_OWNER_URL" in env.ENVIRON else "DATABASE_URL"
DATABASES = {"default": env.db_url(_database_url, default="postgres://smscrm_app@//nowhere/smscrm")}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    # A persistent connection per thread: opening one per request costs 2 to 7 times the request itself.
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    "OPTIONS": {
        "connect_timeout": 5,
        "application_name": "smscrm",
        **DATABASES["default"].get("OPTIONS", {}),  # sslmode and its like come in the URL
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tenants",
    "consent",
    "contacts",
    "messaging",
    "campaigns",
    "conversations",
    "smscrm",
    "unfold.apps.BasicAppConfig",  # our own site, which the composition root fills: not Django's default one
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.middleware.TenantMiddleware",
]

ROOT_URLCONF = "smscrm.urls"
WSGI_APPLICATION = "smscrm.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.frame.context",
            ],
            "builtins": ["tenants.templatetags.ui"],
        },
    }
]

# ── who is asking ─────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "tenants.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "smscrm"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# ── what is counted: shared by all processes, or a limit would be one for each of them (SEC3) ─────────
CACHES = {
    "default": {"BACKEND": "tenants.shared.SharedCache"},
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# ── headers ───────────────────────────────────────────────────────────────────────────────────────────
_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS and env.bool("SSL_REDIRECT", True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
# Imported opt-outs are told to the provider too, slowly and after the others.
PUSH_IMPORTED_OPT_OUTS = env.bool("PUSH_IMPORTED_OPT_OUTS", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrftoken"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "tenants.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_IMPORT_BYTES = 52_428_800
MAX_EVIDENCE_BYTES = 20_971_520  # a scan, a photo, twenty minutes of a call

# ── language, time, files ─────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / ".run" / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# A demo on one's own machine may tell a receiver on the same machine, by plain http; nothing else may (SEC31).
WEBHOOKS_MAY_STAY_HERE = DEMO and urlsplit(PUBLIC_URL).hostname in {
    "127.0.0.1",
    "localhost",
    "::1",
    "testserver",
}

# ── e-mail: console unless EMAIL_URL names a server ───────────────────────────────────────────────────
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "smscrm <no-reply@example.org>")

# ── Celery is the doorbell; the database is the queue ─────────────────────────────────────────────────
CELERY_BROKER_URL = env.str("BROKER_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # tasks are batches: hoarding them starves the other worker
# Celery closes the database connection around every task unless told how many may share one. A new one costs 20 ms
# of processor time, more than most tasks; after so many tasks a fresh one lets its memory go.
CELERY_DB_REUSE_MAX = 5_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# The doorbell must never make a request wait: 0.2 s, no retry (a sweep hears what the bell did not say).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 0.2,
    "socket_timeout": 30,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "smscrm.tasks.sweep", "schedule": 2.0, "options": {"expires": 2}},
    # Every hour, so that a beat which is started anew each day still comes to it.
    "answers": {"task": "smscrm.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 3600}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / ".run" / "beat")
# Kinds of due work and the task that does one of them; `send` belongs to the sender process.
DUE_TASKS = {
    "plan": "messaging.tasks.plan",
    "schedule": "messaging.tasks.start_scheduled",
    "cancel": "messaging.tasks.end_cancelled",
    "receipts": "messaging.tasks.apply_receipts",
    "recount": "messaging.tasks.recount",
    "refused": "messaging.tasks.hear_refusal",
    "push": "messaging.tasks.push_opt_outs",
    "inbound": "conversations.tasks.finish_inbound",
    "hear": "conversations.tasks.hear",
    "ledger": "conversations.tasks.follow_all",
    "review": "conversations.tasks.lapse_reviews",
    "survey": "conversations.tasks.ask_survey",
    "words": "conversations.tasks.try_words",
    "lapse": "consent.tasks.lapse_opt_in_requests",
    "files": "consent.tasks.forget_files",
    "notices": "conversations.tasks.tell_rule",
    "paused_itself": "conversations.tasks.tell_paused",
    "outbox": "conversations.tasks.deliver_outbox",
    "endpoint_off": "conversations.tasks.tell_endpoint_off",
    "invite": "tenants.tasks.send_invitation",
    "webhooks": "tenants.tasks.deliver_webhooks",
    "import": "contacts.tasks.run_import",
    "export": "contacts.tasks.run_export",
    "bulk": "contacts.tasks.run_bulk",
}
FRAME_EXTRA = "smscrm.frame.extra"
HOME_EXTRA = "conversations.complaint_pages.for_home"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["smscrm.api_support.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["smscrm.api_support.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["smscrm.api_support.SafeJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "smscrm.api_problems.problem",
    "DEFAULT_METADATA_CLASS": None,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "smscrm API",
    "DESCRIPTION": "Contacts, consent, campaigns and texts of one tenant. docs/api.md tells how keys, pages, "
    "problems and repeated requests work.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
# The staff admin in the product's colours (static/css/tokens.css).
UNFOLD = {
    "SITE_TITLE": "smscrm staff",
    "SITE_HEADER": "smscrm staff",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "shield_person",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/img/logo.svg"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": ["/static/css/fonts.css", "/static/css/admin.css"],
    "DASHBOARD_CALLBACK": "smscrm.admin.overview",
    "SIDEBAR": {"show_search": True, "navigation": "smscrm.admin.menu"},
    "COLORS": {
        "base": {
            "50": "#F8F9FB", "100": "#F1F3F7", "200": "#E3E6EC", "300": "#D6DAE2", "400": "#929CAD",
            "500": "#626C7B", "600": "#475060", "700": "#333C4B", "800": "#272E3A", "900": "#14181F",
            "950": "#0C0F14",
        },
        "primary": {
            "50": "#EDF1FD", "100": "#DDE5FB", "200": "#C9D4F7", "300": "#A9BAF2", "400": "#9DB1FF",
            "500": "#4C67DD", "600": "#2A46B5", "700": "#213A9C", "800": "#1B2F7E", "900": "#1A2342",
            "950": "#121831",
        },
    },
}  # fmt: skip

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "tenants.logs.PrivateFilter"}},
    "formatters": {"json": {"()": "tenants.logs.JSONFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["private"]}},
    "root": {"handlers": ["out"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"twilio.http_client": {"level": "WARNING"}, "django.server": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by its lower case, through a constraint


def _refuse_unsafe() -> None:
    """Refuse to start a public installation with settings that would betray it (SEC55)."""
    if not SECRET_KEY or not PEPPER or not CREDENTIAL_KEYS:
        raise ImproperlyConfigured("SECRET_KEY, PEPPER and CREDENTIAL_KEYS must be set.")
    local = urlsplit(PUBLIC_URL).hostname in {"127.0.0.1", "localhost", "::1", "testserver"}
    if local:
        return
    problems = [
        (DEBUG, "DEBUG must be off when PUBLIC_URL is public."),
        (not _HTTPS, "PUBLIC_URL must be https."),
        (not LINK_URL.startswith("https://"), "LINK_URL must be https."),
        (not 1 <= LINK_OLDEST <= len(LINK_KEYS) + 1, "LINK_OLDEST names no key."),
        ("*" in ALLOWED_HOSTS, "ALLOWED_HOSTS must name hosts, not *."),
        (len(SECRET_KEY) < 40, "SECRET_KEY must have 40 characters or more."),
        (bool(SIMULATOR_URL) and not DEMO, "SIMULATOR_URL belongs to a demo; set DEMO or remove it."),
    ]
    for bad, message in problems:
        if bad:
            raise ImproperlyConfigured(message)


_refuse_unsafe()
