/** Networking layers of Knative, and the Kubernetes services that their gateways are reached by. */
export const INGRESS_SERVICES = {
  kourier: [{ namespace: 'kourier-system', name: 'kourier' }],
  istio: [
    { namespace: 'istio-system', name: 'istio-ingressgateway' },
    { namespace: 'istio-ingress', name: 'istio-ingressgateway' },
  ],
  contour: [
    { namespace: 'contour-external', name: 'envoy' },
    { namespace: 'projectcontour', name: 'envoy' },
  ],
} as const;

export type NetworkingLayer = keyof typeof INGRESS_SERVICES;
