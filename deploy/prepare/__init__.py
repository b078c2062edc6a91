"""What has to be there before the processes of a site start, as one command that may be given again."""
