"""Those who are listed: who holds a notice, what it says, and what the hub keeps of them."""
