"""The community chest: money pledged, granted, paid and accounted for."""
