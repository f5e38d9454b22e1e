"""Mail to people: what they want to be told, digests, reminders, summons, and how the mails leave."""
