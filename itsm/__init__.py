"""The roof: settings, URLs, the API router, Celery and the two doors to the web server. No domain code."""

from itsm import checks as checks
from itsm.celery import app as celery_app

__all__ = ["celery_app"]
