// Account and region: the two words that stand in front of every key and in every ARN.
// Nothing here knows where they come from (the credentials and the signature's scope; see wire/).

/** Whose records, and where. */
export interface Scope {
  /** Twelve digits. */
  readonly account: string
  readonly region: string
}

/** The prefix of keys that are unique per account and region, as `000000000000/us-east-1`. */
export const scopeKey = (scope: Scope): string => `${scope.account}/${scope.region}`
