"""Where the operator's secrets come from: the environment, a folder of files, an encrypted store."""
