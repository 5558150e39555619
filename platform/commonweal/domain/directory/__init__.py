"""Community services, and people's connections to them."""
