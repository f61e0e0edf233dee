#!/bin/sh
# Writes the commit of a checkout to Commit.swift in a folder, where that says something else.
#
#   stamp.sh PACKAGE FOLDER
set -eu

# Only the package's own repository counts, not one that its folder lies in.
commit=unknown
if [ -e "$1/.git" ]; then
  commit=$(GIT_OPTIONAL_LOCKS=0 git -C "$1" describe --always --dirty --abbrev=12 2> /dev/null) ||
    commit=unknown
fi
text="/// The commit that this was built from; \`unknown\` where it was no git checkout.
let builtFromCommit = \"$commit\""

mkdir -p "$2"
[ "$(cat "$2/Commit.swift" 2> /dev/null)" = "$text" ] || printf '%s\n' "$text" > "$2/Commit.swift"
