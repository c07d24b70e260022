"""What `callsheet doctor` looks at, one file each."""
