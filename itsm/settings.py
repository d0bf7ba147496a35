"""The settings of Evenkeel. They come from the environment; docs/operators.md lists the names, itsm/checks.py checks the values."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from itsm import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.secret("EVENKEEL_DATA_DIR", str(BASE_DIR / "var")))

# ---------------------------------------------------------------- who we are
DEBUG = environment.flag("EVENKEEL_DEBUG")
# Without a key each process makes up its own, too short to pass the check evenkeel.E001: nothing works, and nothing is signed with a known key.
SECRET_KEY = environment.secret("EVENKEEL_SECRET_KEY") or secrets.token_urlsafe(16)
SECRET_KEY_FALLBACKS = environment.words("EVENKEEL_OLD_SECRET_KEYS")
ENCRYPTION_KEY = environment.secret("EVENKEEL_ENCRYPTION_KEY")
EVENKEEL_BASE_URL = environment.secret("EVENKEEL_BASE_URL", "http://localhost:8000").rstrip("/")
EVENKEEL_HOST = urlsplit(EVENKEEL_BASE_URL).hostname or "localhost"
EVENKEEL_SAMPLES = Path(environment.secret("EVENKEEL_SAMPLES", str(BASE_DIR.parent / "shared" / "data")))
IS_HTTPS = EVENKEEL_BASE_URL.startswith("https://")
ALLOWED_HOSTS = sorted({EVENKEEL_HOST, "localhost", "127.0.0.1", "[::1]", *environment.words("EVENKEEL_ALLOWED_HOSTS")})
CSRF_TRUSTED_ORIGINS = sorted({EVENKEEL_BASE_URL, *environment.words("EVENKEEL_TRUSTED_ORIGINS")})

# ---------------------------------------------------------------- what we are made of
INSTALLED_APPS = [
    "common.apps.CommonConfig",
    "journal.apps.JournalConfig",
    "fields.apps.FieldsConfig",
    "accounts.apps.AccountsConfig",
    "notifications.apps.NotificationsConfig",
    "oncall.apps.OncallConfig",
    "services.apps.ServicesConfig",
    "workflows.apps.WorkflowsConfig",
    "sla.apps.SlaConfig",
    "tickets.apps.TicketsConfig",
    "incidents.apps.IncidentsConfig",
    "alerts.apps.AlertsConfig",
    "operations.apps.OperationsConfig",
    "importers.apps.ImportersConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.own_time_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.DomainErrors",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "itsm.urls"
WSGI_APPLICATION = "itsm.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.navigation.context",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# ---------------------------------------------------------------- PostgreSQL and Redis
DATABASE_URL = environment.secret("DATABASE_URL", "postgresql://evenkeel@localhost:5432/evenkeel")
DATABASES: dict[str, Any] = {
    "default": {
        **environment.database(DATABASE_URL),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    },
}
DATABASES["default"]["PASSWORD"] = environment.secret("DATABASE_PASSWORD", DATABASES["default"].get("PASSWORD", ""))
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 5,
    "application_name": environment.secret("EVENKEEL_PROCESS", "evenkeel"),
    **DATABASES["default"].get("OPTIONS", {}),
}
# A person's question that takes longer is given up with a message (common.errors.TooSlow); workers and commands may take their time.
QUERY_SECONDS = environment.number("EVENKEEL_QUERY_SECONDS", 15)
if environment.secret("EVENKEEL_PROCESS").startswith("evenkeel-web"):
    # A record's page joins a dozen small registers: trying every order of them costs more than reading them (planning 11 ms, with this 3 ms).
    DATABASES["default"]["OPTIONS"]["options"] = f"-c statement_timeout={QUERY_SECONDS}s -c join_collapse_limit=5"
REDIS_URL = environment.secret("REDIS_URL", "redis://localhost:6379/0")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "evenkeel",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.sign_in.address_of"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# ---------------------------------------------------------------- what a browser is told
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_NAME = "evenkeel_session"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_NAME = "evenkeel_csrf"
CSRF_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# ---------------------------------------------------------------- language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["itsm.formats"]

# ---------------------------------------------------------------- files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "var" / "frontend", BASE_DIR / "static") if folder.is_dir()]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "itsm.storage.StaticFiles"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = "itsm.storage.is_immutable"
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_ROOT = DATA_DIR / "attachments"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
AUTO_CLOSE_DAYS = environment.number("EVENKEEL_AUTO_CLOSE_DAYS", 7)
MANDATORY_TASKS_BLOCK = environment.flag("EVENKEEL_MANDATORY_TASKS_BLOCK", True)
ATTACHMENT_MAX_BYTES = environment.number("EVENKEEL_ATTACHMENT_MAX_BYTES", 25_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

# ---------------------------------------------------------------- the door for alerts
ALERT_MAX_BYTES = environment.number("EVENKEEL_ALERT_MAX_BYTES", 1_048_576)
ALERT_INBOX_DAYS = environment.number("EVENKEEL_ALERT_INBOX_DAYS", 14)

# ---------------------------------------------------------------- mail
# In development messages are printed by the worker; otherwise, without a mail server, they are kept as withheld.
EMAIL_URL = environment.secret("EMAIL_URL") or ("consolemail://" if DEBUG else "")
EMAIL_IS_CONFIGURED = bool(EMAIL_URL)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10
if EMAIL_URL:
    _mail = environ.Env.email_url_config(EMAIL_URL)
    EMAIL_BACKEND = str(_mail["EMAIL_BACKEND"])
    EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST", ""), _mail.get("EMAIL_PORT") or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER"), _mail.get("EMAIL_HOST_PASSWORD")
    EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH", "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = environment.secret("EVENKEEL_MAIL_FROM", f"Evenkeel <evenkeel@{EVENKEEL_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# ---------------------------------------------------------------- the way out by HTTP (common/egress.py)
# Places inside that may be called although they are not on the public internet, such as 10.20.0.0/16:443.
EGRESS_ALLOW = environment.words("EVENKEEL_EGRESS_ALLOW")
# How often a person is reached by SMS, call and e-mail (notifications/throttles.py); only load tests switch it off.
PAGE_THROTTLES = environment.flag("EVENKEEL_PAGE_THROTTLES", True)
# An outside receiver that calls people when it was not pinged for some minutes, such as a check of healthchecks.io (operations.audit).
DEAD_MAN_URL = environment.secret("EVENKEEL_DEAD_MAN_URL")

# ---------------------------------------------------------------- background work (Redis only wakes; PostgreSQL remembers)
CELERY_BROKER_URL = environment.celery_broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 30,
}
CELERY_TASK_IGNORE_RESULT = True
# Messages are hints: the work itself is rows. They are not acknowledged, because a worker that lost Redis between a task and its acknowledgement
# would wait for that acknowledgement for ever (docs/adr/0004). A hint that dies with its worker is rung again by the next tick.
CELERY_TASK_QUEUES = [Queue(name, no_ack=True) for name in ("critical", "default", "bulk")]
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_TASK_LOG_FORMAT = "%(asctime)s %(levelname)s %(task_name)s %(message)s"
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True


def _tick(task: str, seconds: float, queue: str) -> dict[str, Any]:
    """One line of the static schedule. A tick that nobody took in time is dropped: the next one does the same."""
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": max(seconds * 2, 10)}}


CELERY_BEAT_SCHEDULE = {
    "deliver": _tick("journal.deliver", 2, "default"),
    "alerts": _tick("alerts.look_into_inbox", 1, "critical"),
    "sla": _tick("tickets.sweep_sla", 5, "default"),
    "sla_recount": _tick("tickets.recount_sla", 60, "bulk"),
    "sla_audit": {"task": "tickets.audit_sla", "schedule": crontab(hour=2, minute=17), "options": {"queue": "bulk", "expires": 7200}},
    "silence": _tick("tickets.sweep_silence", 300, "bulk"),
    "follow_ups": _tick("tickets.sweep_follow_ups", 10, "default"),
    "heartbeats": _tick("alerts.watch_heartbeats", 5, "critical"),
    "snoozed": _tick("alerts.wake_snoozed", 10, "default"),
    "expire": _tick("alerts.expire", 60, "bulk"),
    "partitions": _tick("alerts.keep_partitions", 3600, "bulk"),
    "volumes": _tick("alerts.watch_volumes", 300, "bulk"),
    "subscriptions": _tick("alerts.confirm_subscriptions", 60, "default"),
    "escalations": _tick("oncall.sweep", 2, "critical"),
    "hand_overs": _tick("oncall.tell_hand_overs", 60, "default"),
    "calendars": _tick("oncall.read_calendars", 300, "bulk"),
    "oncall_warnings": {"task": "oncall.warn_leads", "schedule": crontab(hour=7, minute=3), "options": {"queue": "bulk", "expires": 7200}},
    "messages": _tick("notifications.send_due", 2, "critical"),
    "digests": _tick("notifications.send_digests", 30, "bulk"),
    "audit": _tick("operations.audit", 60, "default"),
    "probe": _tick("operations.probe", 300, "default"),
    "housekeeping": _tick("operations.housekeeping", 600, "bulk"),
}

# ---------------------------------------------------------------- the API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.TokenScope"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.api.CursorPagination",
    "DEFAULT_PARSER_CLASSES": ["common.api.JsonParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "anon": "60/min"},
    "EXCEPTION_HANDLER": "common.api.exception_handler",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Evenkeel",
    "DESCRIPTION": "The API of this service desk: the same verbs as on the screens.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "PriorityEnum": "tickets.models.registers.PRIORITIES",
        "ImpactEnum": "tickets.models.registers.IMPACTS",
        "UrgencyEnum": "tickets.models.registers.URGENCIES",
        "PagingUrgencyEnum": "notifications.models.paging.PersonalRule.URGENCIES",
        "AlertStatusEnum": "alerts.models.alert.Alert.STATUSES",
        "IncidentFromTierEnum": "alerts.models.integration.Integration.TIERS",
    },
}

# ---------------------------------------------------------------- logs
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.secret("EVENKEEL_LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "axes": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
