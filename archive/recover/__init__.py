"""Recovery at every start: what a crash left behind is put right from the WARCs."""
