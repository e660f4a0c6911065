"""All that is known of this one site: its addresses, the calendar of its numbers, its clock."""
