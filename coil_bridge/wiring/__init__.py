"""Where the parts of each area are put together; ``coil_bridge.app`` puts the areas together."""
