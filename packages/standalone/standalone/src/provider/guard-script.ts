import type { GuardTimes } from './user-data.ts';

const LOOK_SECONDS = 1;

/**
 * Turns a machine off that nobody needs: as long as somebody does, its lease is touched. Cloud-init runs it at every start. Seconds are
 * counted instead of comparing times, for clocks are set when a machine starts. `@BASE@` is our folder.
 */
export function guardScript({ firstSeconds, softSeconds }: GuardTimes): string {
  return `#!/bin/sh
# Written by Lithops: turns this machine off when it is not used.
base="@BASE@"
rm -f "$base/state/power-off"
guard() {
  unused=0
  limit=${firstSeconds}
  seen=$(stat -c %Y "$base/state/lease" 2>/dev/null)
  while [ $unused -lt $limit ] && [ ! -e "$base/state/power-off" ]; do
    sleep ${LOOK_SECONDS}
    now=$(stat -c %Y "$base/state/lease" 2>/dev/null)
    if [ "$now" != "$seen" ]; then
      seen=$now
      unused=0
      limit=${softSeconds}
    else
      unused=$((unused + ${LOOK_SECONDS}))
    fi
  done
  # Whatever keeps it from going down now may not do so for ever.
  while :; do
    poweroff || shutdown -P now
    sleep 60
  done
}
guard </dev/null >/dev/null 2>&1 &
`;
}
