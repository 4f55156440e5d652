"""What is free, and what callers mean by the days and times they name. Pure: no clock, no store."""
