"""The personalised care and support plan."""
