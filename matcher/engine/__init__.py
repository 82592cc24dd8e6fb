"""Matches needs with offers: pure, seeded, repeatable; dataclasses and arrays in, dataclasses out."""
