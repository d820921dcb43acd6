"""缺项补录表: only what is missing of people already on the roster, handed out and read back."""
