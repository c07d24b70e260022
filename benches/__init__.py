"""Benchmarks: paired blocks of ours and of a limit, in one script; only the ratios count. See docs/benchmarks.md."""
