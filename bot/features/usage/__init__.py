"""What models were used for, and how much of the day's limits is left."""
