"""Schemes as everybody sees them."""
