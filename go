#!/bin/sh
# ./go up      install what is needed, then start everything here        (./go up --help)
# ./go test    install, then run every check and every test
# ./go check   the checks alone: format, lint, types, imports, migrations
# ./go fix     put format and simple lint right
# ./go lock    write requirements.lock anew from pyproject.toml
# ./go commonweal …   any other command                                  (./go commonweal --help)
set -eu
cd "$(dirname "$0")"
unset PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV # no cached bytecode makes every process start seconds later
here=$(pwd)
venv=$here/.venv

find_uv() {
    if command -v uv >/dev/null 2>&1; then
        uv=uv
    else
        uv=$here/.uv/bin/uv
        if [ ! -x "$uv" ]; then
            echo "installing uv in $here/.uv" >&2
            python3 -m venv "$here/.uv"
            "$here/.uv/bin/python" -m pip install --quiet --disable-pip-version-check "uv>=0.6"
        fi
    fi
}

install() {
    stamp=$(cat requirements.lock pyproject.toml | cksum)
    if [ ! -x "$venv/bin/commonweal" ] || [ "$(cat "$venv/.installed" 2>/dev/null)" != "$stamp $here" ]; then
        echo "installing what is needed in $venv: about 600 MB the first time, which takes some minutes" >&2
        quiet=--quiet
        if [ -t 2 ]; then quiet=; fi # whoever watches sees how far it is
        find_uv
        [ -x "$venv/bin/python" ] || "$uv" venv --quiet --python ">=3.11" "$venv"
        "$uv" pip sync $quiet --python "$venv/bin/python" --require-hashes --compile-bytecode requirements.lock
        "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --editable .
        echo "$stamp $here" >"$venv/.installed"
        echo "installed" >&2
    fi
    PATH=$venv/bin:$PATH
    export PATH
}

check() {
    ruff format --check .
    ruff check .
    lint-imports --no-cache
    mypy
    squawk --config .squawk.toml tenants/schema/*/*.sql projections/*/table.sql
}

case ${1:-} in
up)
    shift
    install
    exec commonweal up "$@"
    ;;
test)
    shift
    install
    if [ $# -eq 0 ]; then
        check
        pytest -m alone tests # first, so that its one process compiles the tests for the four
        set -- -n 4 --dist loadfile --no-loadscope-reorder -m "not alone" tests # more than there are cores: much of a test is waiting
    fi
    exec pytest "$@"
    ;;
check)
    install
    check
    ;;
fix)
    install
    ruff check --fix .
    ruff format .
    ;;
lock)
    find_uv
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --extra otlp --group dev pyproject.toml -o requirements.lock
    ;;
commonweal)
    shift
    install
    exec commonweal "$@"
    ;;
*)
    sed -n '2,7s/^# //p' "$0"
    [ -z "${1:-}" ] || exit 2
    ;;
esac
