"""Measures search, quoting and the gate on a collection of questions with known answers."""
