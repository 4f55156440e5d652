"""The `deskbell-server` command."""
