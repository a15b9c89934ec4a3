// An HTTP request and answer as the protocols see them: plain data, no socket. node:http appears only in server/ and client/.

/** Headers by lower-case name; several lines of one name are joined with ", ". */
export type Headers = Readonly<Record<string, string | undefined>>

/** A request, body read and inflated. */
export interface HttpAsk {
  readonly method: string
  /** As sent, still percent-encoded, without the query. */
  readonly path: string
  /** As sent, without the question mark; empty when there is none. */
  readonly query: string
  readonly headers: Headers
  readonly body: Uint8Array
}

/** An answer. `content-length` and `x-amzn-requestid` are added by the server. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}
