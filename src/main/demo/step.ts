// What a step of the demo is.

/** Why a step cannot be done on this machine now. */
export class NotHere extends Error {}

export interface Step {
  readonly name: string
  /** Answers what was seen; throws {@link NotHere} when it could not be looked at, and anything else when it is wrong. */
  readonly run: () => Promise<string>
}
