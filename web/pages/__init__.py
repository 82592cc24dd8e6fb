"""The pages, one folder per area; areas do not import each other."""
