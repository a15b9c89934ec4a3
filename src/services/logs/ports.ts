// What CloudWatch Logs is given by the process.

/**
 * The wall's time at a time of the cloud's clock. Events carry times of the wall, and so do the limits of their age; how
 * long a group keeps them is AWS behaviour and passes as fast as the cloud's clock does.
 */
export interface LogsPorts {
  readonly wallTime: (cloud: number) => number
}
