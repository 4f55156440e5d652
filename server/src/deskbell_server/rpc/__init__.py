"""The gRPC face of the server: translates between protos and domain, decides nothing."""
