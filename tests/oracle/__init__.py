"""An independent reading of the notation, for tests: raw syntax tree in, numbers out. It never imports the engine."""
