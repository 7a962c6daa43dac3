import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const port = z.number().check(z.int(), z.gte(1), z.lte(65_535));
const address = z.string().check(z.regex(/^rediss?:\/\//, 'an address like redis://host:6379/0 is expected'));

/** Section `redis` of a configuration. */
export const redisConfig = z.strictObject({
  /** Default: `127.0.0.1`. */
  host: z.optional(text),
  /** Default: 6379. */
  port: z.optional(port),
  username: z.optional(text),
  password: z.optional(z.string()),
  /** Number of the database. Default: 0. */
  db: z.optional(z.number().check(z.int(), z.gte(0))),
  /** Speak TLS. Default: no. */
  ssl: z.optional(z.boolean()),
  /** The same, as it is called today. */
  tls: z.optional(z.boolean()),
  /** Certificates that the server's is checked against: a file, or their text. Default: those of Node. */
  sslCaCerts: z.optional(text),
  /** A certificate and a key of the client's own, where the server asks for them: files, or their text. */
  sslCertfile: z.optional(text),
  sslKeyfile: z.optional(text),
  /** All of the above in one: `rediss://user:password@host:6379/0`. Keys beside it win. */
  url: z.optional(address),
  /** Bucket for jobs and CloudObjects. Default: `storage`. */
  storageBucket: z.optional(text),
});

export type RedisConfig = z.output<typeof redisConfig>;
