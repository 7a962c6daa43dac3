import { createHash } from 'node:crypto';
import type { FolderLayout } from '../protocol/folder-layout.ts';
import { quote } from '../ssh/quote.ts';

/** One for each of our folders on a machine. */
export function unitName({ base }: Pick<FolderLayout, 'base'>): string {
  return `lithops-master-${createHash('sha256').update(base).digest('hex').slice(0, 8)}.service`;
}

/**
 * The unit of a master: started with the machine, and again when it was killed; one that ends by itself is not wanted any more.
 * Its Redis and its workers outlive a master that is killed, as they do without systemd.
 */
export function serviceUnit(
  { base, state, masterLog, node, release }: FolderLayout,
  user: string,
  version: string,
): string {
  const words = [node, `${release(version)}/master.mjs`, base].map(unitWord);
  return `[Unit]
Description=Lithops master (${unitText(base)})
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=${user}
WorkingDirectory=${unitText(state)}
ExecStart=${words.join(' ')}
StandardOutput=append:${unitText(masterLog)}
StandardError=inherit
Restart=on-failure
RestartSec=300ms
KillMode=process
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}

/** Has systemd know the unit, start it with the machine, and start it now; run as root. */
export function startUnitScript(name: string, unit: string): string {
  const file = quote(`/etc/systemd/system/${name}`);
  return `set -e
umask 022
printf %s ${quote(unit)} > ${file}.part
mv -f ${file}.part ${file}
systemctl daemon-reload
systemctl enable --quiet ${name}
systemctl restart ${name}`;
}

/** systemd puts other things in the place of what begins with %. */
function unitText(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One word of a command line. */
function unitWord(text: string): string {
  return `"${unitText(text).replaceAll(/["\\]/g, '\\$&').replaceAll('$', '$$$$')}"`;
}
