#!/usr/bin/env bash
# unit.sh BINARY [ARGUMENT...]: runs the Catch2 program; its last line is `N passed, N failed`,
# counted in test cases.
set -uo pipefail
output=$("$@" 2>&1)
status=$?
echo "$output"
number_before() { grep -E '^(test cases:|All tests passed)' <<<"$output" | tail -n 1 | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+' | head -n 1; }

if [ "$status" -eq 0 ] && grep -q '^All tests passed' <<<"$output"; then
  passed=$(number_before 'test cases?') failed=0 skipped=0
else
  passed=$(number_before passed) failed=$(number_before failed) skipped=$(number_before skipped)
fi
# A crash leaves no summary, or one that blames nobody: count it.
[ "$status" -ne 0 ] && [ "${failed:-0}" -eq 0 ] && failed=1
line="${passed:-0} passed, ${failed:-0} failed"
[ "${skipped:-0}" -gt 0 ] && line+=", $skipped skipped"
echo "$line"
[ "${failed:-0}" -eq 0 ] && [ "${passed:-0}" -gt 0 ]
