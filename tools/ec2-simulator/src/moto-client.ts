import { EC2Client } from '@aws-sdk/client-ec2';
import { Ec2Fault } from './ec2-fault.ts';
import { type Operation, operationOf } from './operations.ts';

/** What keeps the records: moto, by the same API. */
export class MotoClient {
  readonly #client: EC2Client;

  constructor(endpoint: string, region: string) {
    const credentials = { accessKeyId: 'moto', secretAccessKey: 'moto' };
    this.#client = new EC2Client({ endpoint, region, credentials, maxAttempts: 1 });
  }

  /** @throws Ec2Fault as moto says it */
  async ask<Output extends object>({ command: Command }: Pick<Operation, 'command'>, input: object): Promise<Output> {
    try {
      const { $metadata: _, ...output } = (await this.#client.send(new Command(input))) as Output & {
        $metadata: unknown;
      }; // as the operation has it
      return output as unknown as Output;
    } catch (error) {
      const { name, message, $metadata } = error as Error & {
        readonly $metadata?: { readonly httpStatusCode?: number };
      }; // of the SDK
      throw new Ec2Fault(name, message, $metadata?.httpStatusCode ?? 500);
    }
  }

  /** By its name. */
  call<Output extends object>(name: string, input: object): Promise<Output> {
    const operation = operationOf(name);
    if (operation === undefined) throw new Error(`EC2 has no operation ${name}`);
    return this.ask<Output>(operation, input);
  }

  close(): void {
    this.#client.destroy();
  }
}
