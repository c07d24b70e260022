"""The web UI as it was built from `ui/`, served beside the API. It knows nothing of runs."""
