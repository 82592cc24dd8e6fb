"""The development set with real pairs, through the real encoder."""
