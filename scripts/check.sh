#!/usr/bin/env bash
# The static checks, one line each. Needs the .venv on PATH (`make check` sees to that) and no network.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
check() {
  local name=$1
  shift
  if output=$("$@" 2>&1); then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    echo "$output" | sed 's/^/        /'
    failed=1
  fi
}
generated_code_is_current() {
  local copy
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' RETURN
  cp -r protos third_party buf.yaml buf.gen.yaml scripts "$copy"
  mkdir -p "$copy/clients/python/src" "$copy/docs"
  "$copy/scripts/generate.sh" >/dev/null
  diff -r "$copy/clients/python/src/deskbell/v1" clients/python/src/deskbell/v1 --exclude=__pycache__ &&
    diff -r "$copy/clients/python/src/buf" clients/python/src/buf --exclude=__pycache__ &&
    diff "$copy/docs/api.md" docs/api.md
}
no_breaking_change() {
  # Against the last release, or against the last commit while there is none.
  local base
  base=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || echo HEAD)
  git cat-file -e "$base:protos" 2>/dev/null || return 0
  local image
  image=$(mktemp --suffix=.binpb)
  trap 'rm -f "$image"' RETURN
  git archive "$base" protos third_party buf.yaml | (d=$(mktemp -d) && tar x -C "$d" && cd "$d" &&
    buf build protos -o "$image"; s=$?; rm -rf "$d"; exit $s) &&
    buf breaking protos --against "$image"
}
python_files=(clients/python/src/deskbell server/src dashboard/src tests scripts examples)
check "format (ruff)" ruff format --check "${python_files[@]}"
check "lint (ruff)" ruff check "${python_files[@]}"
check "types (mypy --strict)" mypy server/src dashboard/src clients/python/src/deskbell
check "layers (import-linter)" lint-imports
check "protos: lint (buf)" buf lint
check "protos: format (buf)" buf format --diff --exit-code
check "protos: no breaking change (buf)" no_breaking_change
check "generated code and API reference are current" generated_code_is_current
check "YAML (yamllint)" yamllint --strict .
exit $failed
