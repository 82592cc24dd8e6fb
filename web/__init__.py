"""The web application, its background worker and its command line."""
