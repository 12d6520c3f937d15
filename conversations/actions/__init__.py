"""State changes of conversations."""
