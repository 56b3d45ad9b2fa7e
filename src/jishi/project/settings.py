"""Settings, all from the environment (JISHI_*). Nothing here knows a domain."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from jishi.project.database import read_database_url


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, str(int(default))).lower() in ("1", "true", "yes", "on")


def _count(name: str, default: int) -> int:
    given = os.environ.get(name, str(default))
    if not (given.isascii() and given.isdigit() and int(given)):
        raise ValueError(f"{name} is {given!r}; it should be a whole number from 1")
    return int(given)


def _secret_key(var: Path) -> str:
    given = os.environ.get("JISHI_SECRET_KEY")
    if given:
        return given
    path = var / "keys" / "django.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        part = path.with_name(f"django.key.{os.getpid()}.part")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(50))
        with suppress(FileExistsError):
            os.link(part, path)  # whole or not at all: workers that start together share one key
        part.unlink()
    return path.read_text()


JISHI_VAR = Path(os.environ.get("JISHI_VAR", "var")).resolve()
JISHI_DEMO = _flag("JISHI_DEMO", True)
JISHI_OPERATOR = os.environ.get("JISHI_OPERATOR", "Jishi")  # the name bundles are signed under
JISHI_LOG_ORIGIN = os.environ.get("JISHI_LOG_ORIGIN", "jishi.example/log")  # names the public log, for ever
JISHI_WITNESSES = [w for w in os.environ.get("JISHI_WITNESSES", "").split() if w]  # their addresses
JISHI_BANK = os.environ.get("JISHI_BANK", "jishi.apps.settlement.bank.SandboxBank")
JISHI_METRICS_TOKEN = os.environ.get("JISHI_METRICS_TOKEN", "")  # lets another machine read /metrics
JISHI_DURABLE = _flag("JISHI_DURABLE", True)  # off only where files are thrown away: a simulated day
SECRET_KEY = _secret_key(JISHI_VAR)
ALLOWED_HOSTS = os.environ.get("JISHI_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("JISHI_ORIGINS", "").split(",") if o]
JISHI_PUBLIC_URL = os.environ.get("JISHI_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
# "ocds-" and six letters or digits: assigned by the Open Contracting Partnership on registration
JISHI_OCDS_PREFIX = os.environ.get("JISHI_OCDS_PREFIX", "ocds-jishi0")
JISHI_PROCESSES = _count(
    "JISHI_PROCESSES", 1
)  # that serve one database: a party's rate is shared out to them
JISHI_RATE_LIMITS = not _flag("JISHI_NO_RATE_LIMITS", False)
# roles that act only with a second factor shown
JISHI_SECOND_FACTOR = frozenset(os.environ.get("JISHI_SECOND_FACTOR", "").replace(",", " ").split())
SECURE = _flag("JISHI_SECURE", False)
JISHI_LIVE = SECURE and not JISHI_DEMO  # a real market: nothing simulated, nothing for demonstration
JISHI_PROXIES = int(os.environ.get("JISHI_PROXIES", "1" if SECURE else "0"))  # that add to X-Forwarded-For
JISHI_WATCHERS = int(os.environ.get("JISHI_WATCHERS", "3000"))  # streams of one process
JISHI_WATCHERS_EACH = int(os.environ.get("JISHI_WATCHERS_EACH", "200"))  # of them, for one address
DEBUG = _flag("JISHI_DEBUG", False) and not SECURE  # its pages show what variables hold

DATABASES = {
    "default": read_database_url(
        os.environ.get("JISHI_DATABASE_URL") or f"sqlite:///{JISHI_VAR / 'jishi.sqlite3'}"
    )
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "jishi.web.shell",  # before allauth, so that its templates come first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "ninja",
    "jishi.platform",
    "jishi.apps.packs",
    "jishi.apps.parties",
    "jishi.apps.registers",
    "jishi.apps.rulings",
    "jishi.apps.market",
    "jishi.apps.sealing",
    "jishi.apps.panels",
    "jishi.apps.settlement",
    "jishi.apps.procedures",
    "jishi.apps.simulation",
    "jishi.web.public",
    "jishi.web.participant",
    "jishi.web.desk",
    "jishi.web.api_v1",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jishi.web.shell.middleware.SecurityHeaders",
    "jishi.web.shell.middleware.ClientAddress",
    "jishi.web.shell.middleware.OneLaw",
    "jishi.web.shell.assets.AssetMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jishi.web.shell.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jishi.web.shell.actor.ActorMiddleware",
    "jishi.web.shell.middleware.SecondFactor",
    "jishi.web.shell.faults.FaultMiddleware",
]

ROOT_URLCONF = "jishi.project.urls"
WSGI_APPLICATION = "jishi.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "jishi.web.shell.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "jishi.web.shell.templatetags.jishi",
            ],
        },
    }
]

AUTH_USER_MODEL = "platform.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = os.environ.get("JISHI_EMAIL_VERIFICATION", "mandatory" if JISHI_LIVE else "none")
# counted for all processes together (CACHES); what is not named here, allauth limits by its own defaults
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"} if JISHI_RATE_LIMITS else False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/me/"
ACCOUNT_ADAPTER = "jishi.web.shell.signin.Landing"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_TOTP_ISSUER = "Jishi"
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION == "none"  # else a second step could never be set up
_LETTERS = "filebased" if JISHI_DEMO else "console"
EMAIL_BACKEND = os.environ.get("JISHI_EMAIL_BACKEND", f"django.core.mail.backends.{_LETTERS}.EmailBackend")
EMAIL_FILE_PATH = JISHI_VAR / "letters"  # where the demonstration leaves them
DEFAULT_FROM_EMAIL = os.environ.get("JISHI_EMAIL_FROM", "jishi@localhost")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = JISHI_VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "jishi.web.shell.assets.AssetStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
CACHES = {"default": {"BACKEND": "jishi.platform.cache.SharedCache"}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "jishi.web.shell.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of a form or a JSON body; files go to the disk

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "jishi.platform.masking.MaskPersonalData"},
        "json": {"()": "jishi.platform.journal.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if _flag("JISHI_LOG_JSON", JISHI_LIVE) else "text",
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("JISHI_LOG_LEVEL", "WARNING")},
}
