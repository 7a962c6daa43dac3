import { quote } from '../ssh/quote.ts';
import { guardScript } from './guard-script.ts';

/** What a machine is told when it is made. */
export interface UserDataSettings {
  /** Who we are there: a user that may do everything, as that of a cloud's own images may. */
  readonly username: string;
  /** Public keys that let in, as OpenSSH writes them. */
  readonly authorizedKeys: readonly string[];
  /** The private key of its sshd, as OpenSSH writes it, for this machine only: by it we know that it is the one. */
  readonly hostKey: string;
  /** Our folder there: absolute, or below the user's home. */
  readonly folder: string;
  /** When the machine turns itself off. */
  readonly guard: GuardTimes;
}

/** In seconds; whole ones, at least 1. */
export interface GuardTimes {
  /** How long it waits for somebody who wants it, when it has started. */
  readonly firstSeconds: number;
  /** How long it waits for them to come back. */
  readonly softSeconds: number;
}

/**
 * The script that cloud-init runs when a machine starts for the first time: lets us in, gives it the key that we expect, and
 * sets up a guard, so that it never outlasts those who made it, even if they are dead before they have been here.
 */
export function userDataScript({ username, authorizedKeys, hostKey, folder, guard }: UserDataSettings): string {
  const home = '$home';
  const base = folder.startsWith('/') ? folder : `${home}/${folder}`;
  return `#!/bin/sh
# Written by Lithops. Runs as root when this machine starts for the first time.
set -eu
user=${quote(username)}
if ! id "$user" >/dev/null 2>&1; then
  useradd --create-home --shell /bin/sh "$user" 2>/dev/null || adduser -D -s /bin/sh "$user"
fi
# Without a password is not locked: sshd without PAM lets nobody in who is.
sed -i "s/^$user:!!*\\**:/$user:*:/" /etc/shadow
group=$(id -gn "$user")
home=$(eval echo "~$user")
if [ ! -d "$home" ]; then
  mkdir -p "$home"
  chown "$user:$group" "$home"
fi
umask 077
mkdir -p "$home/.ssh"
cat >> "$home/.ssh/authorized_keys" <<'END'
${authorizedKeys.join('\n')}
END
chown -R "$user:$group" "$home/.ssh"
if [ -d /etc/sudoers.d ]; then
  printf '%s ALL=(ALL) NOPASSWD:ALL\\n' "$user" > /etc/sudoers.d/90-lithops
  chmod 440 /etc/sudoers.d/90-lithops
fi
base="${base}"
umask 022
mkdir -p "$base/state"
: > "$base/state/guarded"
chown "$user:$group" "$base" "$base/state" "$base/state/guarded"
chmod 700 "$base"
umask 077
mkdir -p /var/lib/cloud/scripts/per-boot
cat > /var/lib/cloud/scripts/per-boot/lithops-guard <<'END'
${guardScript(guard)}END
sed -i "s|@BASE@|$base|" /var/lib/cloud/scripts/per-boot/lithops-guard
chmod 700 /var/lib/cloud/scripts/per-boot/lithops-guard
/var/lib/cloud/scripts/per-boot/lithops-guard
rm -f /etc/ssh/ssh_host_*
cat > /etc/ssh/ssh_host_ed25519_key <<'END'
${hostKey.trim()}
END
if [ -d /run/systemd/system ]; then
  systemctl restart ssh 2>/dev/null || systemctl restart sshd
elif command -v rc-service >/dev/null; then
  rc-service sshd restart
else
  old=$(pgrep -o -x sshd || true)
  [ -z "$old" ] || kill "$old"
  tries=0
  # A new one that finds the port taken ends without a word.
  while [ -n "$old" ] && kill -0 "$old" 2>/dev/null && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  tries=0
  until "$(command -v sshd || echo /usr/sbin/sshd)" || [ $tries -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
fi
`;
}
