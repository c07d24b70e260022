"""A crowd that calls a service from processes of its own: subscribers, some of whom never read, and a flood."""
