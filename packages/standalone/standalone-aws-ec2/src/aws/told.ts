import { ec2Error } from './ec2-error.ts';

/** An answer of EC2; what it fails with is told as users understand it. `action` completes "could not". @throws ConfigError, InvocationError, the reason of the signal */
export async function told<Answer>(action: string, signal: AbortSignal, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw ec2Error(action, error, signal);
  }
}
