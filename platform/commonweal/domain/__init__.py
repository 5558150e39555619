"""What can happen, in the words of the people who work with it: each module is one thing that has a history."""
