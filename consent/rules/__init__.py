"""Pure decisions of consent: plain values in, frozen answers out; no database, no clock."""
