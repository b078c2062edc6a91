"""The whole hub, from outside: what members say at one end, what every platform is told at the other."""
