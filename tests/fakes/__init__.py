"""Fakes that behave: a model server and an author that answers from passages."""
