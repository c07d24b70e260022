"""The engine of many processes: runs are jobs of procrastinate in the PostgreSQL that the journal is in, too."""
