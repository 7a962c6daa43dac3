import type { LithopsConfig } from '../config/lithops-config.ts';
import type { ResolvedConfig } from '../config/load-config.ts';
import type { PluginReference } from '../plugin/plugin-reference.ts';
import type { ByteRange } from '../plugin/storage-plugin.ts';
import type { StorageConnection } from './storage-connection.ts';
import type { ObjectOwner } from './temporary-keys.ts';

/** Where a `Storage` finds what it is: options, else the configuration files and the environment. */
export type StorageOptions =
  | {
      readonly backend?: string | PluginReference;
      readonly config?: LithopsConfig;
      readonly configFile?: string;
    }
  /** What an executor has found out already. */
  | {
      readonly resolved: ResolvedConfig;
      /** Whose CloudObjects are made here. */
      readonly owner?: ObjectOwner;
      /** Used by others too, who close it. */
      readonly connection?: StorageConnection;
    };

export interface SignalOption {
  readonly signal?: AbortSignal;
}

export interface PutOptions extends SignalOption {
  /** Write only where there is no object yet. */
  readonly ifAbsent?: boolean;
  /** Outlive a crash of the machine from when the promise resolves, where the storage does not see to that by itself. */
  readonly durable?: boolean;
}

export interface GetOptions extends SignalOption {
  /** First and last byte, both included. */
  readonly range?: ByteRange;
}

export interface PresignOptions extends SignalOption {
  /** Default: `GET`. */
  readonly method?: 'GET' | 'PUT';
  /** Default: an hour. */
  readonly expiresSeconds?: number;
}

export interface CloudObjectOptions extends SignalOption {
  /** Default: the storage's own. */
  readonly bucket?: string;
  /** An object with a key of its own is the user's: `clean()` leaves it. */
  readonly key?: string;
}
