"""Settings, read from the environment; safe when nothing is set.

With an empty environment the site answers on loopback only, with DEBUG off and secure cookies; data lie in ``var/``.
docs/deployment.md lists every variable.
"""

from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from tuanjian.spreadsheets.cells import Limits
from tuanjian.startup import audit_months, import_limits, secret_key_from

# Lets `QuerySet[Member]` and the like stand in annotations at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("TUANJIAN_VAR", default=str(BASE_DIR / "var")))
KEYS_FILE = VAR_DIR / "keys" / "keys.json"

DEBUG = env.bool("TUANJIAN_DEBUG", default=False)
SECRET_KEY = env.str("TUANJIAN_SECRET_KEY", default="") or secret_key_from(VAR_DIR / "keys" / "secret_key")
ALLOWED_HOSTS = env.list("TUANJIAN_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("TUANJIAN_TRUSTED_ORIGINS", default=[])
# Only `manage.py serve`, which listens on loopback, and the tests switch this off.
HTTPS = env.bool("TUANJIAN_HTTPS", default=True)
BEHIND_PROXY = env.bool("TUANJIAN_BEHIND_PROXY", default=False)

# Keys that seal ID numbers and phones (tuanjian/sealing.py). Empty: taken from KEYS_FILE.
TUANJIAN_SEALING_KEYS = env.str("TUANJIAN_SEALING_KEYS", default="")
TUANJIAN_INDEX_KEY = env.str("TUANJIAN_INDEX_KEY", default="")
TUANJIAN_AUDIT_KEY = env.str("TUANJIAN_AUDIT_KEY", default="")

# Entries of the log older than this are removed (branches/log_keeping.py); a start with less than 6 is refused.
TUANJIAN_AUDIT_MONTHS = audit_months(env.int("TUANJIAN_AUDIT_MONTHS", default=36))
# Triggers by which the database itself refuses to change the log (branches/log_guard.py).
AUDIT_GUARD = True

# How long uploaded rosters and what was read from them are kept (members/roster/outcome/expiring.py).
TUANJIAN_IMPORT_FILE_DAYS = env.int("TUANJIAN_IMPORT_FILE_DAYS", default=90)
# How much of an uploaded file is read before it is refused (tuanjian/spreadsheets).
TUANJIAN_IMPORT_LIMITS = import_limits(
    Limits(
        upload_bytes=env.int("TUANJIAN_IMPORT_UPLOAD_MIB", default=10) * 2**20,
        part_bytes=env.int("TUANJIAN_IMPORT_PART_MIB", default=64) * 2**20,
        all_bytes=env.int("TUANJIAN_IMPORT_INFLATED_MIB", default=100) * 2**20,
        parts=env.int("TUANJIAN_IMPORT_PARTS", default=2_000),
        rows=env.int("TUANJIAN_IMPORT_ROWS", default=20_000),
        columns=env.int("TUANJIAN_IMPORT_COLUMNS", default=60),
        text=env.int("TUANJIAN_IMPORT_CELL_CHARACTERS", default=1_000),
        seconds=env.int("TUANJIAN_IMPORT_SECONDS", default=20),
        memory_bytes=env.int("TUANJIAN_IMPORT_MEMORY_MIB", default=512) * 2**20,
    )
)

# Lists of more rows are made in the background; how long they, and results of comparing, are kept (members/lists).
TUANJIAN_EXPORT_AT_ONCE = env.int("TUANJIAN_EXPORT_AT_ONCE", default=2_000)
TUANJIAN_EXPORT_DAYS = env.int("TUANJIAN_EXPORT_DAYS", default=7)
TUANJIAN_COMPARISON_DAYS = env.int("TUANJIAN_COMPARISON_DAYS", default=7)

# Who knows it is told by /healthz which part fails (branches/readiness.py); this machine itself always is.
TUANJIAN_HEALTH_TOKEN = env.str("TUANJIAN_HEALTH_TOKEN", default="")
TUANJIAN_LEAST_FREE_MIB = env.int("TUANJIAN_LEAST_FREE_MIB", default=1024)

INSTALLED_APPS = [
    "tuanjian.admin_site.TuanjianAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "treebeard",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "import_export",
    "csp",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "branches",
    "members",
    "activities",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tuanjian.middleware.request_number",
    "tuanjian.middleware.statement_timeout",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tuanjian.login.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tuanjian.middleware.session_limits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tuanjian.middleware.no_store",
    "branches.scoping.remember_scope",
    "branches.pledges.pledge_first",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tuanjian.urls"
WSGI_APPLICATION = "tuanjian.wsgi.application"

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
                "reports.frame.frame",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'tuanjian.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Measured with 8 writers: 0 of 1,600 transactions "locked" like this; WAL alone made 889 fail.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        # Compiling the questions about many people (jit) takes several times as long as answering them.
        "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c jit=off",
    }
# Web requests only (tuanjian.middleware.statement_timeout); commands and the worker set their own.
WEB_STATEMENT_TIMEOUT_MS = 15_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "branches.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "branches.authentication.NameOrPhoneBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": "branches.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "branches.passwords.NotCommon"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "branches.passwords.NotTelling"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "branches:login"
LOGIN_REDIRECT_URL = "reports:workbench"
LOGOUT_REDIRECT_URL = "branches:login"

# Lock by user name and address together, so that nobody locks somebody else out from afar. An office behind one address
# mistypes many codes, so their limit is higher; the one for everything that fails from an address is higher still.
MOST_WRONG_PASSWORDS = 5
MOST_WRONG_CODES = 20
MOST_FAILURES_OF_AN_ADDRESS = 100
AXES_HANDLER = "branches.attempts.Attempts"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = "branches.attempts.most_failures"
AXES_USERNAME_CALLABLE = "branches.attempts.counted_name"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_SENSITIVE_PARAMETERS = [
    *("username", "ip_address", "code", "display_name", "phone", "csrfmiddlewaretoken"),
    *("old_password", "new_password1", "new_password2"),
]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_DISABLE_ACCESS_LOG = True  # our own audit log records log-ins
AXES_IPWARE_PROXY_COUNT = 1 if BEHIND_PROXY else 0
AXES_VERBOSE = False

SESSION_COOKIE_NAME = "__Host-tuanjian" if HTTPS else "tuanjian"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A session ends after so long without a click, and after so long in any case (tuanjian.middleware.session_limits).
SESSION_IDLE_SECONDS = env.int("TUANJIAN_IDLE_MINUTES", default=30) * 60
SESSION_LONGEST_SECONDS = env.int("TUANJIAN_SESSION_HOURS", default=8) * 60 * 60
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "reports.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Asked for at hstspreload.org, by the owner of the domain, not by a site within it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# The proxy redirects (deploy/nginx.conf); this is for the day somebody changes that. Monitors ask past the proxy.
SECURE_SSL_REDIRECT = HTTPS and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["tuanjian.formats"]
USE_I18N = True  # for the sentences of Django itself; ours are Chinese in the source
LOCALE_PATHS = [BASE_DIR / "locale"]  # those of them that people filling in a form meet, in our words

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has anything to fetch here
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/_table.html"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("TUANJIAN_LOG_LEVEL", default="WARNING")},
}
