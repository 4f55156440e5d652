#!/usr/bin/env bash
# Resolves the lock files anew from pyproject.toml; give -U to upgrade. Needs uv on PATH (`make lock` brings it).
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate)
run=(--extra server --extra local --extra dashboard)
uv pip compile pyproject.toml "${options[@]}" "$@" "${run[@]}" -o locks/run.txt
uv pip compile pyproject.toml "${options[@]}" "$@" "${run[@]}" --extra dev -c locks/run.txt -o locks/dev.txt
# What installing the project itself into the .venv needs.
printf 'hatchling\neditables\n' | uv pip compile - "${options[@]}" "$@" -c locks/dev.txt -o locks/build.txt
