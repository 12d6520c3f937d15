"""A carrier that behaves like Twilio, for development, demonstration and tests. It talks HTTP only."""
