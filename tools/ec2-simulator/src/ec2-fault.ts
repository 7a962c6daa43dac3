/** An answer that EC2 refuses with (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). */
export class Ec2Fault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
