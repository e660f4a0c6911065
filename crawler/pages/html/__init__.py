"""From bytes to a flat page: charset, guard, tree, one walk over it, images, and what it says to machines."""
