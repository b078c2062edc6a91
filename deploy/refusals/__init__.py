"""What ingress or a follower could not take: listed, shown, and taken in again after a fix."""
