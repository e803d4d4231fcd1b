"""The pages of each area; ``coil_bridge.app`` puts the areas together."""
