/** A registry said no. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';
  readonly status: number;
  /** Of the distribution specification: `MANIFEST_UNKNOWN`, `DENIED`. */
  readonly codes: readonly string[];

  constructor(status: number, body: string) {
    const { codes, message } = readErrors(body);
    super(message === '' ? `it answered ${status}` : `it answered ${status}: ${message}`);
    this.status = status;
    this.codes = codes;
  }
}

const MOST_CHARS = 300;

interface ErrorsBody {
  readonly errors?: readonly { readonly code?: unknown; readonly message?: unknown }[];
}

/** Registries answer in the form of the specification, proxies before them in any. */
function readErrors(body: string): { readonly codes: readonly string[]; readonly message: string } {
  try {
    const { errors = [] }: ErrorsBody = JSON.parse(body);
    return {
      codes: errors.map(({ code }) => String(code)),
      message: errors.map(({ code, message }) => String(message ?? code)).join('; '),
    };
  } catch {
    return { codes: [], message: /<html/i.test(body) ? '' : body.trim().slice(0, MOST_CHARS) };
  }
}
