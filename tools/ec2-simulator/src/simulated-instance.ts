import type { Instance } from '@aws-sdk/client-ec2';
import { Ec2Fault } from './ec2-fault.ts';

export type State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** As the API numbers them. */
export const CODES: Readonly<Record<State, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** An instance, and its container. */
export interface SimulatedInstance {
  readonly id: string;
  readonly madeAt: number;
  readonly token: string | undefined;
  readonly isSpot: boolean;
  readonly isPublic: boolean;
  readonly subnet: string | undefined;
  readonly groups: readonly string[];
  state: State;
  /** Id of its container. */
  machine: string | undefined;
}

/** It cannot be asked for that now. */
export function incorrectState({ id, state }: SimulatedInstance, what: string): Ec2Fault {
  return new Ec2Fault(
    'IncorrectInstanceState',
    `The instance '${id}' is not in a state from which it can be ${what}: it is ${state}.`,
  );
}

/** What moto has of an instance, as it is shown. */
export function shown(instance: Instance, own: SimulatedInstance, address: string | undefined): Instance {
  const { PublicIpAddress: _, PrivateIpAddress: __, PublicDnsName: ___, PrivateDnsName: ____, ...rest } = instance;
  return {
    ...rest,
    LaunchTime: new Date(own.madeAt),
    ...(own.token !== undefined && { ClientToken: own.token }),
    ...(own.isSpot && { InstanceLifecycle: 'spot' }),
    State: { Name: own.state, Code: CODES[own.state] },
    // It has none while it is off.
    ...(address !== undefined && own.state === 'running' && own.isPublic && { PublicIpAddress: address }),
    ...(address !== undefined && own.state !== 'terminated' && { PrivateIpAddress: address }),
  };
}
