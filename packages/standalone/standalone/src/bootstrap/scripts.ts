import { quote } from '../ssh/quote.ts';

/** The lease of a machine is renewed this often. */
const LEASE_SECONDS = 1;

/**
 * Starts a worker, with what the one who asks gives: release, processes, MB of heap or 0, seconds of silence, and the
 * environment where it is to run in a container.
 * The master's key on a machine may run nothing else, so that nothing of what is given may become anything else here. A
 * machine that was made for us has a guard, which turns it off when its lease is not renewed any more, or when it is told to.
 */
export function startWorkerScript(base: string): string {
  return `#!/bin/sh
set -fu
base=${quote(base)}
[ $# -gt 0 ] || set -- \${SSH_ORIGINAL_COMMAND-}
[ "$*" != power-off ] || exec touch "$base/state/power-off"
[ $# -eq 4 ] || [ $# -eq 5 ] || exit 64
case "$1$2$3$4\${5-}" in *[!0-9a-f]*) exit 64 ;; esac
[ $# -eq 4 ] || exec "$base/bin/run-container" "$1" run "$5" "$2" "$3" "$4"
worker="$base/releases/$1/worker.mjs"
options="--stdio --processes=$2 --silence=$4"
[ "$3" = 0 ] || options="$options --heap=$3"
cd "$HOME"
if [ -e "$base/state/guarded" ]; then
  while kill -0 $$ 2>/dev/null; do touch "$base/state/lease"; sleep ${LEASE_SECONDS}; done </dev/null >/dev/null 2>&1 &
fi
exec "$base/bin/node" "$worker" $options
`;
}

/**
 * Runs the program that speaks with the machine's engine, given a release and what it is to do. A user who was put into the
 * group docker while he was logged in is not in it yet; `sg` asks for no password of those who are.
 */
export function runContainerScript(base: string): string {
  return `#!/bin/sh
base=${quote(base)}
socket=/var/run/docker.sock
if [ -z "\${LITHOPS_GROUP-}" ] && [ -S $socket ] && [ ! -w $socket ] && command -v sg >/dev/null; then
  LITHOPS_GROUP=docker LITHOPS_PROGRAM=$0 exec sg docker -c "exec \\"\\$LITHOPS_PROGRAM\\" $*"
fi
release=$1
shift
exec "$base/bin/node" "$base/releases/$release/container-worker.mjs" "$base" "$@"
`;
}

/** Runs the master, again when it was killed; one that ends by itself is not wanted any more. */
export function runMasterScript(base: string): string {
  return `#!/bin/sh
base=${quote(base)}
cd "$base/state"
failures=0
while [ $failures -lt 30 ]; do
  "$base/bin/node" "$base/releases/$1/master.mjs" "$base" && exit 0
  failures=$((failures + 1))
  sleep 0.3
done
exit 1
`;
}
