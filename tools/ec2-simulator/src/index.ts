export { type Ec2Simulator, type Ec2SimulatorOptions, startEc2Simulator } from './start-ec2-simulator.ts';
