"""Pure decisions of contacts: plain values in, frozen answers out; no database, no clock."""
