"""Tests of the matching engine: no database, mostly made-up vectors."""
