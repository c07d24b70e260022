"""What the commands take, one file each, light to import: options and help."""
