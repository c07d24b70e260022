"""What the commands do, one file each, with everything that is heavy to import."""
