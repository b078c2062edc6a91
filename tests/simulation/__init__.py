"""A simulation of due process: merchants of several kinds before the real rules, with platforms and people who err."""
