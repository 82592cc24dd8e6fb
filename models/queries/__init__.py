"""Reads only: every SELECT of the product, by area, each with a total order."""
