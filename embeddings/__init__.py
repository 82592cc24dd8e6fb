"""Turns text into vectors, and keeps vectors findable: encoder, index, snapshots.

Importing this package loads neither torch nor transformers nor FAISS; each is imported where it is first used.
"""
