"""What the tests change: fixed keys, quick password hashes, no collected static files, an own Redis database per test process."""

import os
import re

from itsm import environment
from itsm.settings import *  # noqa: F403
from itsm.settings import CACHES, STORAGES
from itsm.settings import REDIS_URL as _REDIS_URL

SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests-0123456789"
ENCRYPTION_KEY = "b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtMDE="
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_IS_CONFIGURED = True
EVENKEEL_BASE_URL = "http://testserver"
EVENKEEL_HOST = "testserver"
ALLOWED_HOSTS = ["*"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

_worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
if _worker:
    _number = int(_worker) + 1
    if _REDIS_URL.startswith("unix://"):
        REDIS_URL = f"{_REDIS_URL.partition('?')[0]}?db={_number}"
    else:
        REDIS_URL = re.sub(r"(?<=\w)/\d*$", f"/{_number}", _REDIS_URL)
    CACHES["default"]["LOCATION"] = REDIS_URL
    CELERY_BROKER_URL = environment.celery_broker(REDIS_URL)
