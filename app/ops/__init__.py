"""What torch calls its ops, and the sign each wears on its card."""
