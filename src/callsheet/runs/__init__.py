"""What a run does: events, state, interpreter, and the ports it needs."""
