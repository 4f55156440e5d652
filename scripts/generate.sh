#!/usr/bin/env bash
# Writes the Python code of the protos anew: clients/python/src/{deskbell/v1,buf}. Needs the .venv on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
out=clients/python/src
rm -rf "$out/deskbell/v1" "$out/buf"
buf generate
# protoc-gen-mypy_grpc writes an empty stub for a file without services.
for stub in $(find "$out" -name '*_pb2_grpc.pyi'); do
  [ -e "${stub%i}" ] || rm "$stub"
done
touch "$out/deskbell/v1/__init__.py"
python scripts/api_reference.py
