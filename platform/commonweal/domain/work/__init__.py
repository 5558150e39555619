"""What is done day by day: contacts, notes, tasks, safeguarding, visits."""
