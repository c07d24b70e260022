"""What a process tells of itself: metrics, traces and the fields of its log, seen through decorators of the ports."""
