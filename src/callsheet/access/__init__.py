"""Who calls, and what they may do: principals, roles, keys, sessions, and the record of what was done. Pure."""
