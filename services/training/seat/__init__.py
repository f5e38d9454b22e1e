"""What a seat comes to: who has one, who has one ahead, who has had the course."""
