"""WSGI entry point of the web process."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from consent.rules.hearing import classify

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smscrm.settings")
application = get_wsgi_application()
# Every page is imported, and the tables that texts are read by are built, before the first request: it may be a STOP,
# and the provider waits 15 s in all.
_ = get_resolver().url_patterns
classify("please, no more of these. ya no quiero")
