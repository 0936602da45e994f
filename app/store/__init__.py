"""Short links: a saved state in; its id out, and back."""
