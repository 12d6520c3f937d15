"""The sender's patience in tests: what is in doubt is looked up within seconds, not a quarter of an hour."""

DOUBT = (
    "unknown_first=0.3", "unknown_last=0.9", "unknown_again=0.3", "breaker_open=0", "count_every=0.15",
)  # fmt: skip
