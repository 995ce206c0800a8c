#!/usr/bin/env bash
# The action's work: has a tykctl, checks definitions with it, and tells the runner what came of it. Inputs come in the environment, as action.yml
# says; lists have one entry a line.
#
# The exit status is tykctl's: 0 clean, 1 findings, and anything else that the check could not run or is not complete. That fails the step whatever
# fail-on says, and so does a run that has left no SARIF report.
#
# It runs on all runners: bash 3.2 of macOS, and bash on Windows.
set -euo pipefail

set_output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

fail() { # fail STATUS MESSAGE: ends the step with an annotation
	local status=$1 message=$2
	message=${message//'%'/%25}
	message=${message//$'\r'/%0D}
	message=${message//$'\n'/%0A}
	printf '::error title=tykctl could not check::%s\n' "$message"
	set_output exit-code "$status"
	exit "$status"
}

# release is what the binary calls itself: the tag that the workflow names, or the beginning of a commit.
release() {
	if [[ $ACTION_REF =~ ^v[0-9][0-9A-Za-z.+-]*$ ]]; then
		printf '%s' "$ACTION_REF"
	elif [[ $ACTION_REF =~ ^[0-9a-f]{40}$ ]]; then
		printf 'devel-%.12s' "$ACTION_REF"
	fi
}

# build leaves the name of a tykctl of the action's own commit in $tykctl. The build takes nothing from the job's environment that is meant for
# the job's own Go code, but it may fetch the Go version that go.mod wants.
build() {
	local here dir root
	command -v go >/dev/null ||
		fail 3 'go is not on this runner: put a step with actions/setup-go before this one, or name a tykctl with the input tykctl'
	here=${BASH_SOURCE[0]%[/\\]*}
	root=$(cd "$here/../../.." && pwd)
	dir=$(mktemp -d "${RUNNER_TEMP:?}/tykctl.XXXXXX")
	tykctl=$dir/tykctl
	[ "${RUNNER_OS:-}" != Windows ] || tykctl=$tykctl.exe
	(
		unset GOOS GOARCH GOFLAGS
		cd "$root"
		CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=auto \
			go build -trimpath -buildvcs=false -ldflags "-s -w -X main.release=$(release)" -o "$tykctl" ./cmd/tykctl
	) || fail 3 'tykctl could not be built; the log says why'
}

add_lines() { # add_lines TEXT: every line of it that is not empty becomes an argument
	local line
	while IFS= read -r line; do
		line=${line%$'\r'}
		[ -z "$line" ] || arguments+=("$line")
	done <<<"$1"
}

# absolute prints a file name that steps which run elsewhere can use; in the form that Windows programs read (pwd -W), where there is one.
absolute() {
	case $1 in
	/* | [A-Za-z]:*) printf '%s' "$1" ;;
	*) printf '%s/%s' "$(pwd -W 2>/dev/null || pwd)" "$1" ;;
	esac
}

case $INPUT_UPLOAD_SARIF in
true | false) ;;
*) fail 2 "upload-sarif is \"$INPUT_UPLOAD_SARIF\"; it may be true or false" ;;
esac
[[ $INPUT_SARIF_FILE != *[$'\r\n']* ]] || fail 2 'sarif-file has more than one line'
[[ $INPUT_PATHS == *[^[:space:]]* ]] || fail 2 'paths is empty: nothing would be checked'

tykctl=$INPUT_TYKCTL
[ -n "$tykctl" ] || build
cd -- "$INPUT_WORKING_DIRECTORY" || fail 3 "working-directory \"$INPUT_WORKING_DIRECTORY\" cannot be entered"
command -v -- "$tykctl" >/dev/null || fail 3 "there is no program \"$tykctl\""

sarif=$INPUT_SARIF_FILE
[ -n "$sarif" ] || sarif=$(mktemp -d "${RUNNER_TEMP:?}/tykctl.XXXXXX")/tykctl.sarif
sarif=$(absolute "$sarif")
rm -f -- "$sarif" # one of an earlier run is not this run's
arguments=(validate)
add_lines "$INPUT_ARGS"
arguments+=(--format text --format github --format "sarif=$sarif" --fail-on "$INPUT_FAIL_ON")
[ -z "$INPUT_CONFIG" ] || arguments+=(--config "$INPUT_CONFIG")
[ -z "$INPUT_BASELINE" ] || arguments+=(--baseline "$INPUT_BASELINE")
arguments+=(--skip-others=false --) # a list of files without a definition is a mistake here
add_lines "$INPUT_PATHS"

status=0
"$tykctl" "${arguments[@]}" || status=$?
case $status in
0 | 1) ;;
2) fail 2 'wrong usage, a bad configuration, or nothing to check; the log says which' ;;
3) fail 3 'something could not be read or written; the log says what' ;;
*) fail "$status" "tykctl ended with exit code $status, which is a bug; please report what the log says" ;;
esac
[ -s "$sarif" ] || fail 4 'tykctl has written no SARIF report, so it is unknown what it has checked'
set_output sarif-file "$sarif"
set_output exit-code "$status"
exit "$status"
