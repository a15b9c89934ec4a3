// The one kind of error that a caller is meant to see. Everything else that is thrown is a bug of ours and
// becomes a 500. `wire/` alone turns a Fault into status, headers and body.

/** An AWS error: a code of the operation's model, a message in AWS's words, and the members that the shape has. */
export class Fault extends Error {
  readonly code: string
  /** Further members of the error shape, by their model names (`resourceIds` of ConflictException). */
  readonly fields: Readonly<Record<string, unknown>>
  /** Only for errors that no model names (`NotImplemented` 501); else the model or the protocol decides. */
  readonly status: number | undefined

  constructor(code: string, message: string, options: { fields?: Record<string, unknown>; status?: number } = {}) {
    super(message)
    this.name = "Fault"
    this.code = code
    this.fields = options.fields ?? {}
    this.status = options.status
  }
}

/** Builds a {@link Fault}; `throw fault("ClusterNotFoundException", "Cluster not found.")`. */
export const fault = (code: string, message: string, fields?: Record<string, unknown>): Fault =>
  new Fault(code, message, fields ? { fields } : {})

/** The answer of every operation that is routed but not built: 501, naming service and operation. */
export const notImplemented = (service: string, operation: string): Fault =>
  new Fault("NotImplemented", `Roadstead does not implement ${service}:${operation} yet.`, { status: 501 })
