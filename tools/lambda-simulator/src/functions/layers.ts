import { createHash } from 'node:crypto';
import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  LayerVersionsListItem,
  ListLayersResponse,
  ListLayerVersionsResponse,
  PublishLayerVersionRequest,
  PublishLayerVersionResponse,
} from '@aws-sdk/client-lambda';
import { invalidParameter, notFound } from '../api/service-error.ts';
import type { CodeStore } from './function-code.ts';
import type { Account } from './function-names.ts';

interface LayerVersion {
  readonly item: LayerVersionsListItem & { readonly LayerVersionArn: string; readonly Version: number };
  readonly folder: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Layers of an account: archives that functions see in /opt. */
export class Layers {
  readonly #account: Account;
  readonly #code: CodeStore;
  readonly #folder: string;
  readonly #layers = new Map<string, LayerVersion[]>();
  readonly #numbers = new Map<string, number>();
  readonly #merged = new Map<string, Promise<string>>();

  constructor(account: Account, code: CodeStore, folder: string) {
    this.#account = account;
    this.#code = code;
    this.#folder = folder;
  }

  async publish(request: PublishLayerVersionRequest): Promise<PublishLayerVersionResponse> {
    const name = this.#nameOf(request.LayerName ?? '');
    const code = await this.#code.take('Zip', request.Content ?? {});
    if (code.kind !== 'zip') throw invalidParameter('a layer needs a zip');
    const number = (this.#numbers.get(name) ?? 0) + 1;
    // Numbers of versions that were deleted are not used again.
    this.#numbers.set(name, number);
    const { Description, CompatibleRuntimes, CompatibleArchitectures, LicenseInfo } = request;
    const item = {
      LayerVersionArn: `${this.#arn(name)}:${number}`,
      Version: number,
      CreatedDate: new Date().toISOString().replace('Z', '+0000'),
      ...(Description === undefined ? {} : { Description }),
      ...(CompatibleRuntimes === undefined ? {} : { CompatibleRuntimes }),
      ...(CompatibleArchitectures === undefined ? {} : { CompatibleArchitectures }),
      ...(LicenseInfo === undefined ? {} : { LicenseInfo }),
    };
    const version = { item, folder: code.folder, bytes: code.bytes, sha256: code.sha256 };
    this.#layers.set(name, [version, ...(this.#layers.get(name) ?? [])]);
    return this.#shown(name, version);
  }

  get(given: string, number: number): PublishLayerVersionResponse {
    const name = this.#nameOf(given);
    const version = this.#layers.get(name)?.find(({ item }) => item.Version === number);
    if (version === undefined) throw notFound('The resource you requested does not exist.');
    return this.#shown(name, version);
  }

  list(): ListLayersResponse {
    const Layers = [...this.#layers].flatMap(([LayerName, [latest]]) =>
      latest === undefined ? [] : [{ LayerName, LayerArn: this.#arn(LayerName), LatestMatchingVersion: latest.item }],
    );
    return { Layers };
  }

  versions(given: string): ListLayerVersionsResponse {
    return { LayerVersions: (this.#layers.get(this.#nameOf(given)) ?? []).map(({ item }) => item) };
  }

  delete(given: string, number: number): void {
    const name = this.#nameOf(given);
    const left = (this.#layers.get(name) ?? []).filter(({ item }) => item.Version !== number);
    if (left.length === 0) this.#layers.delete(name);
    else this.#layers.set(name, left);
  }

  /** These layers in one folder, later ones over earlier ones. @throws ServiceError when one is not there. */
  async folder(arns: readonly string[]): Promise<string | undefined> {
    if (arns.length === 0) return undefined;
    const folders = arns.map((arn) => {
      const found = [...this.#layers.values()].flat().find(({ item }) => item.LayerVersionArn === arn);
      if (found === undefined) throw invalidParameter(`Layer version ${arn} does not exist.`);
      return found.folder;
    });
    const name = createHash('sha256').update(folders.join('\n')).digest('hex');
    const merging = this.#merged.get(name) ?? merge(folders, join(this.#folder, `opt-${name}`));
    this.#merged.set(name, merging);
    return merging;
  }

  #shown(name: string, { item, bytes, sha256 }: LayerVersion): PublishLayerVersionResponse {
    return {
      ...item,
      LayerArn: this.#arn(name),
      Content: {
        CodeSize: bytes,
        CodeSha256: sha256,
        Location: `https://awslambda-simulated.s3.amazonaws.com/${name}`,
      },
    };
  }

  #arn(name: string): string {
    return `arn:aws:lambda:${this.#account.region}:${this.#account.accountId}:layer:${name}`;
  }

  #nameOf(given: string): string {
    return given.startsWith('arn:') ? (given.split(':')[6] ?? '') : given;
  }
}

async function merge(folders: readonly string[], target: string): Promise<string> {
  const partial = `${target}.partial`;
  await mkdir(partial);
  for (const folder of folders) await cp(folder, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, target);
  return target;
}
