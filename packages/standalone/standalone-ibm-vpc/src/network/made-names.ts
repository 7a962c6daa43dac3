/** By their names is found what was made, and told from what others have made. */
export const MADE = {
  subnet: (zone: string) => `lithops-subnet-${zone}`,
  gateway: (zone: string) => `lithops-gateway-${zone}`,
  isSubnet: (name: string) => name.startsWith('lithops-subnet-'),
  isGateway: (name: string) => name.startsWith('lithops-gateway-'),
  isFloatingIp: (name: string) => name.startsWith('lithops-ip-'),
};

export const SECURITY_GROUP = 'lithops-port-22';
/** In a VPC that was made, too: it may be deleted with all that is in it. */
export const SECURITY_GROUP_OF_OWN_VPC = 'lithops-port-22-own-vpc';

/** As many machines fit. */
export const SUBNET_ADDRESSES = 4096;

/** Port 22 is open to everybody who has the key; all that machines ask for themselves is let out. */
export const PORT_22_ONLY = [
  {
    direction: 'inbound',
    ip_version: 'ipv4',
    protocol: 'tcp',
    port_min: 22,
    port_max: 22,
    remote: { cidr_block: '0.0.0.0/0' },
  },
  { direction: 'outbound', ip_version: 'ipv4', protocol: 'all', remote: { cidr_block: '0.0.0.0/0' } },
] as const;
