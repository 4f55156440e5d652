"""Whether a reply may be spoken: grounded in the passages, in the right form, and by the right one."""
