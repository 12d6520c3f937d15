"""Pure decisions of messaging: plain values in, frozen answers out; no database, no clock."""
