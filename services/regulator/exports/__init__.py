"""What leaves the hub as files, in the forms that others already read: FollowTheMoney, public credit tables, a package for the police."""
