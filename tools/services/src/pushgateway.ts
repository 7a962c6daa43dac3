import { installDebianPackage } from './debian.ts';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

const FILE = '/usr/bin/prometheus-pushgateway';

/** A Prometheus Pushgateway of its own, empty, at `http://127.0.0.1:<port>`. */
export async function startPushgateway(): Promise<Service> {
  await installDebianPackage(['prometheus-pushgateway'], FILE);
  const port = await freePort();
  return startServiceProcess(port, [FILE, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error']);
}
