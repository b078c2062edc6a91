"""The blacklist: who is restricted now, who was at any past moment, and whose account is whose."""
