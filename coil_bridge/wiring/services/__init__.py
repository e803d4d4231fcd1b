"""The services of each area; ``installation`` puts the areas together."""
