/** What the API shows of its resources, as far as we look at it: https://cloud.ibm.com/apidocs/vpc. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface ById {
  readonly id: string;
}

export interface Vpc extends Named {
  readonly status: 'available' | 'deleting' | 'failed' | 'pending';
}

export interface Subnet extends Named {
  readonly status: 'available' | 'deleting' | 'failed' | 'pending';
  readonly vpc: ById;
  readonly zone: { readonly name: string };
  readonly public_gateway?: ById;
}

export interface PublicGateway extends Named {
  readonly vpc: ById;
  readonly zone: { readonly name: string };
}

export interface SecurityGroup extends Named {
  readonly vpc: ById;
}

export interface FloatingIp extends Named {
  readonly address: string;
  /** What it is bound to: a network interface. */
  readonly target?: { readonly id: string };
}

export interface Instance extends Named {
  /** More may come. */
  readonly status: 'deleting' | 'failed' | 'pending' | 'restarting' | 'running' | 'starting' | 'stopped' | 'stopping';
  readonly status_reasons?: readonly { readonly code: string; readonly message: string }[];
  readonly created_at: string;
  readonly vpc: ById;
  /** Its volume is absent until it is made. */
  readonly boot_volume_attachment: { readonly volume?: Named };
  readonly primary_network_interface: {
    readonly id: string;
    /** `0.0.0.0` until it has one. */
    readonly primary_ip?: { readonly address: string };
  };
}

export interface Volume extends Named {
  readonly user_tags?: readonly string[];
}

export interface InstanceProfile {
  readonly name: string;
  readonly vcpu_count: { readonly type: string; readonly value?: number; readonly min?: number };
  readonly vcpu_architecture: { readonly value?: string; readonly default?: string };
}

export interface Image extends Named {
  readonly created_at: string;
  readonly status: 'available' | 'deleting' | 'deprecated' | 'failed' | 'obsolete' | 'pending' | 'unusable';
  readonly status_reasons?: readonly { readonly message: string }[];
  readonly visibility: 'private' | 'public';
  readonly operating_system?: { readonly name: string; readonly architecture: string };
  /** That it was made from; it need not be there any more. */
  readonly source_volume?: Named;
}
