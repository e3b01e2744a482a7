"""What a sandbox of the fake Rally holds. Knows no Flask, no loop and no clock of its own."""
