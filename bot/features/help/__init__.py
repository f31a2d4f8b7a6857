"""What there is to type, from the declarations."""
