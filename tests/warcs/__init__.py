"""Small archives built to order: sound ones, odd but valid ones, and ones with exactly one fault each."""
