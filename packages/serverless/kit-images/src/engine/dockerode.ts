import Docker from 'dockerode';

/** Published as a file of its own, without the parts that take long to load; see lazy-dockerode.ts. */
export default Docker;
