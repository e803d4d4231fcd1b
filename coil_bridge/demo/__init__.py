"""A consortium of simulated Moodles for a newcomer, served over real HTTP."""
