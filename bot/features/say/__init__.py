"""Messages that nobody asked for, sent by the operator."""
