"""Settings of the platform. What differs between installations comes from the environment (docs/operate.md)."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from citygrid.config import secrets, state, storage
from citygrid.ui import base_maps
from citygrid.ui.storage import is_immutable

ROOT = Path(__file__).resolve().parents[2]
KEYS = secrets.load()

DEBUG = os.environ.get("CITYGRID_DEBUG") == "1"
SECRET_KEY = KEYS["django"]
FIELD_KEYS = [KEYS["field"]]
HOSTS = os.environ.get("CITYGRID_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
ALLOWED_HOSTS = HOSTS
STATE_FOLDER = state.folder()
DATABASE_FOLDER = state.folder() / "data" if state.is_private() else None
STAMPS_FOLDER = state.folder() / "stamps"
MIN_FREE_BYTES = int(os.environ.get("CITYGRID_MIN_FREE_MB", "512")) << 20
AUDIT_HEADS_FILE = state.folder() / "audit-heads.txt"
DEMO_PASSWORD_FILE = state.folder() / "demo-password.txt"

MODULES = [
    "citygrid.kernel",
    "citygrid.ui",
    "citygrid.geography",
    "citygrid.access",
    "citygrid.catalogue",
    "citygrid.inventory",
    "citygrid.evidence",
    "citygrid.notices",
    "citygrid.workflow",
    "citygrid.cases",
    "citygrid.dispatch",
    "citygrid.intake",
    "citygrid.evaluation",
    "citygrid.exchange",
    "citygrid.desk",
    "citygrid.command",
    "citygrid.portal",
    "citygrid.terminal",
    "citygrid.live",
    "citygrid.simulator",
    "citygrid.config",
]

INSTALLED_APPS = [
    *(module for module in MODULES if (ROOT / module.replace(".", "/") / "apps.py").exists()),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.forms",
    "django_vite",
    "ninja",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "citygrid.kernel.slow.SlowMiddleware",
    "citygrid.ui.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "citygrid.access.web.middleware.ActorMiddleware",
    "citygrid.terminal.web.middleware.DeviceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "citygrid.ui.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "citygrid.config.urls"
WSGI_APPLICATION = "citygrid.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citygrid.desk.web.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "citygrid.ui.forms.FormRenderer"

CONNECTION = state.database()
DATABASES = {
    "default": {
        "ENGINE": "citygrid.kernel.postgis",
        **CONNECTION,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**CONNECTION["OPTIONS"], "server_side_binding": True, "prepare_threshold": 2},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login", "display_name"]},
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Evidence, and how much of it is taken at once.
EVIDENCE_STORAGE = storage.evidence(os.environ, KEYS, state.folder())
EVIDENCE_MOST_BYTES = int(os.environ.get("CITYGRID_EVIDENCE_MOST_MB", "20")) << 20
EVIDENCE_MOST_AUDIO_BYTES = int(os.environ.get("CITYGRID_AUDIO_MOST_MB", "50")) << 20
EVIDENCE_MOST_VIDEO_BYTES = int(os.environ.get("CITYGRID_VIDEO_MOST_MB", "500")) << 20
EVIDENCE_MOST_SECONDS = 60.0 * int(os.environ.get("CITYGRID_RECORDING_MOST_MINUTES", "10"))
EVIDENCE_MOST_PIXELS = 64_000_000
EVIDENCE_RETENTION_DAYS = int(os.environ.get("CITYGRID_PHOTO_RETENTION_DAYS", "0"))  # 0: as long as what it belongs to
# Files that come in pieces: a folder that all web processes share.
UPLOADS_FOLDER = Path(os.environ.get("CITYGRID_UPLOADS_FOLDER") or state.folder() / "uploads")
UPLOADS_MOST_BYTES = int(os.environ.get("CITYGRID_UPLOADS_MOST_MB", "20000")) << 20
# Live video: a folder that web, worker and packager share; how many at once, how long one may last.
STREAMS_FOLDER = Path(os.environ.get("CITYGRID_STREAMS_FOLDER") or state.folder() / "streams")
STREAMS_MOST = int(os.environ.get("CITYGRID_STREAMS_MOST", "16"))
STREAM_MOST_SECONDS = 60.0 * int(os.environ.get("CITYGRID_STREAM_MOST_MINUTES", "120"))
STREAM_PATIENCE_DAYS = int(os.environ.get("CITYGRID_STREAM_PATIENCE_DAYS", "7"))
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "citygrid.evidence.media.upload.BoundedUpload",
]

# Spreadsheets; no file that is sent in may be larger than a photo.
SHEET_MOST_BYTES = min(int(os.environ.get("CITYGRID_SHEET_MOST_MB", "10")) << 20, EVIDENCE_MOST_BYTES)
# Layers as files, read in a process of 1 GB and 30 s at most.
LAYER_MOST_BYTES = min(int(os.environ.get("CITYGRID_LAYER_MOST_MB", "20")) << 20, EVIDENCE_MOST_BYTES)

STATIC_URL = "/static/"
STATIC_ROOT = state.folder() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "citygrid.ui.storage.StaticStorage"},
    "evidence": EVIDENCE_STORAGE,
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = is_immutable
# Source maps of other libraries are read by nobody, and take longest to compress.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
DJANGO_VITE = {
    "default": {
        "manifest_path": ROOT / "citygrid/ui/static/dist/manifest.json",
        "static_url_prefix": "dist",
    }
}

# Base maps below our own layers, as a YAML file names them, and the key of their service; without, no host is asked.
BASE_MAPS = base_maps.load(os.environ.get("CITYGRID_BASE_MAPS", ""))
BASE_MAP_KEY = os.environ.get("CITYGRID_BASE_MAP_KEY", "")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

# How many days the positions of a patrol are kept; what it came to in sums stays.
PATROL_RETENTION_DAYS = int(os.environ.get("CITYGRID_PATROL_RETENTION_DAYS", "30"))

# How long names, outlines and choices are answered from memory after they were read.
KEPT_SECONDS = float(os.environ.get("CITYGRID_KEPT_SECONDS", "20"))

# A filed case is sent to the unit that the responsibility rules name, when they name one; off: a person sends it.
AUTO_DISPATCH = os.environ.get("CITYGRID_AUTO_DISPATCH", "1") == "1"

# How many reverse proxies of ours stand before the web process: which part of X-Forwarded-For may be believed.
PROXIES = int(os.environ.get("CITYGRID_PROXIES", "0"))
# Calls of the API a minute and address without a valid token, in each web process.
ANONYMOUS_PER_MINUTE = int(os.environ.get("CITYGRID_ANONYMOUS_PER_MINUTE", "300"))

# Whom developers of outside applications may ask, in the words of Open311's discovery; for a key too.
OPEN311_CONTACT = os.environ.get("CITYGRID_OPEN311_CONTACT", "")

# Secure transport is on wherever the platform is reached by name; 127.0.0.1 in the demo has no certificate.
IS_LOCAL = all(host in ("127.0.0.1", "localhost", "[::1]") for host in HOSTS)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not IS_LOCAL
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if IS_LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not IS_LOCAL
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
SILENCED_SYSTEM_CHECKS = ["gis.W001"]  # Debian 12 has GDAL 3.6; the platform opens no file by a name that a user gives
if IS_LOCAL:  # four warnings of `check --deploy` are about a certificate
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

# Where pages listen for news: an address of ours, or ":8001/live/", another port of the same host. "": nowhere.
WEB_PORT = state.port("web")
LIVE_URL = os.environ.get("CITYGRID_LIVE_URL", f":{state.port('live')}/live/" if IS_LOCAL else "/live/")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"citygrid": {"level": "INFO"}},
}
