"""The settings as mypy's Django plugin reads them: with throw-away secrets, since it starts no program."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-type-checking")
os.environ.setdefault("PEPPER", "only-for-type-checking")
os.environ.setdefault("CREDENTIAL_KEYS", "dGVzdC1vbmx5LXRlc3Qtb25seS10ZXN0LW9ubHktdGU=")

from smscrm.settings import *  # noqa: F403
