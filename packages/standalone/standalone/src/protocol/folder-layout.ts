/** Where things are in our folder on a machine; all of it belongs to the user we log in as, and only that one may look in. */
export interface FolderLayout {
  readonly base: string;
  /** Files by the hash of their content. */
  readonly files: string;
  /** The Node that is used, a link. */
  readonly node: string;
  /** Starts a worker; all that the master's key may run. */
  readonly startWorker: string;
  /** Runs containers with workers, and tries images. */
  readonly runContainer: string;
  /** What the master keeps: queue, sessions, its key. */
  readonly state: string;
  readonly masterAddress: string;
  readonly masterSettings: string;
  readonly masterLog: string;
  readonly masterKey: string;
  /** Of machines that were made for us: touched as long as they are needed. */
  readonly lease: string;
  /** Made to have such a machine turned off at once. */
  readonly powerOff: string;
  readonly release: (version: string) => string;
  /** What containers of tasks are made by. */
  readonly environment: (name: string) => string;
}

export function folderLayout(base: string): FolderLayout {
  const state = `${base}/state`;
  return {
    base,
    files: `${base}/files`,
    node: `${base}/bin/node`,
    startWorker: `${base}/bin/start-worker`,
    runContainer: `${base}/bin/run-container`,
    state,
    masterAddress: `${state}/master.json`,
    masterSettings: `${state}/settings.json`,
    masterLog: `${state}/master.log`,
    masterKey: `${state}/master-key`,
    lease: `${state}/lease`,
    powerOff: `${state}/power-off`,
    release: (version) => `${base}/releases/${version}`,
    environment: (name) => `${base}/environments/${name}.json`,
  };
}
