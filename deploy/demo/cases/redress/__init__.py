"""What protects merchants: an objection that wins, a repair, an unlink that recalls, an interim measure that lapses."""
