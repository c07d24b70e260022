"""What starts runs without a caller: schedules, by the clock, and hooks, by a signed request."""
