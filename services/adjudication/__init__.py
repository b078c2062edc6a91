"""Adjudication: weighs what members state, and decides by due process whether a subject is listed. The only service that decides."""
