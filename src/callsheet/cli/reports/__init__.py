"""How the checker's diagnostics are written: for people, programs, GitHub and code scanners."""
