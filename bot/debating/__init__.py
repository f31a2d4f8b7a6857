"""The words and rules of debate: motions, formats, events, ballots. Pure: no clock, no database."""
