"""The commands of the command line, a module each: the function of the same name returns the exit status."""
