"""What a scenario is: pure data, read from JSON or YAML."""
