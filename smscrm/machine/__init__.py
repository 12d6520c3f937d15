"""What runs on one machine without servers: an embedded PostgreSQL, a broker, a supervisor. Imports no Django."""
