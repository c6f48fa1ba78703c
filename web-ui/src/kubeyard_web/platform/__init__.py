"""The health of every part of the platform, for administrators."""
