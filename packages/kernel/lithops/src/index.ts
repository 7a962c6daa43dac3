import { registry } from '@lithops/core';
import localhost, { storage } from '@lithops/localhost';

// What comes with this package is there without being looked for.
registry.register(localhost);
registry.register(storage);

export * from '@lithops/core';
