"""Getting a speech model onto this machine: the only part of the program that ever uses the network."""
