"""What a community chooses for itself: shown, changed, and set up on one card."""
