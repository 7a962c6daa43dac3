export { type BundledCode, type BundleOptions, bundleCode } from './bundle-code.ts';
export { bundleFile } from './bundle-file.ts';
