"""WSGI entry point of the web process."""

import os

import django
from django.urls import get_resolver

from consent.rules.hearing import classify
from smscrm.requests import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smscrm.settings")
django.setup(set_prefix=False)
application = Handler()
# Every page is imported, and the tables that texts are read by are built, before the first request: it may be a STOP,
# and the provider waits 15 s in all.
_ = get_resolver().url_patterns
classify("please, no more of these. ya no quiero")
