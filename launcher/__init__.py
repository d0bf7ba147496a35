"""What stands behind ./evenkeel: set-up, embedded PostgreSQL and Redis, and the supervisor. Standard library only."""
