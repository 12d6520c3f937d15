"""The sender's patience in tests: what is in doubt is looked up within seconds, not a quarter of an hour."""

DOUBT = (
    "unknown_first=0.5", "unknown_last=1.5", "unknown_again=0.5", "breaker_open=0", "count_every=0.3",
)  # fmt: skip
