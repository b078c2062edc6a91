"""The demonstration: four platforms, an authority and the hub's people play the cases, through the public interface only."""
